"""Reads template.yaml with its loops expanded, as CloudFormation does before SAM's transform.

The SAM CLI's own expansion is not used: it also replaces references to parameters by their
defaults, and the checks tell a reference from a literal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from samtranslator.yaml_helper import yaml_parse

_LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
_LOOP = "Fn::ForEach::"


def read(text: str) -> dict[str, Any]:
    """Return the template in `text` with every `Fn::ForEach` of its resources expanded."""
    template: dict[str, Any] = yaml_parse(text)
    resources: dict[str, Any] = {}
    for name, resource in template["Resources"].items():
        resources |= _expanded(resource, template) if is_loop(name) else {name: resource}
    transforms = template["Transform"]
    if isinstance(transforms, list):
        transforms = [one for one in transforms if one != _LANGUAGE_EXTENSIONS]
    return template | {"Transform": transforms, "Resources": resources}


def is_loop(name: str) -> bool:
    """Return whether an entry of a template's resources is a loop."""
    return name.startswith(_LOOP)


def _expanded(loop: list[Any], template: Mapping[str, Any]) -> dict[str, Any]:
    identifier, items, fragment = loop
    iterations = [_Iteration(identifier, item, template.get("Mappings", {})) for item in items]
    return {
        one.substitute(name): one.resolve(resource)
        for one in iterations
        for name, resource in fragment.items()
    }


@dataclass(frozen=True, slots=True)
class _Iteration:
    """One pass of a loop."""

    identifier: str
    item: str
    mappings: Mapping[str, Any]

    def substitute(self, text: str) -> str:
        return text.replace(f"${{{self.identifier}}}", self.item)

    def resolve(self, value: Any) -> Any:
        """Return `value` with the identifier replaced by the item, and look-ups by it resolved."""
        match value:
            case {"Ref": self.identifier}:
                return self.item
            case {"Fn::Sub": str(text)}:
                text = self.substitute(text)
                return {"Fn::Sub": text} if "${" in text else text
            case {"Fn::FindInMap": [str(name), {"Ref": self.identifier}, str(key)]}:
                return self.mappings[name][self.item][key]
            case dict():
                return {key: self.resolve(one) for key, one in value.items()}
            case list():
                return [self.resolve(one) for one in value]
        return value
