"""What CloudFormation makes of a template with its parameters: conditions and `Fn::If` resolved."""

from dataclasses import dataclass
from typing import Any

type Document = dict[str, Any]


def deployed(template: Document, parameters: Document) -> Document:
    """The resources and outputs that exist; raises ValueError for a condition nobody reads."""
    defaults = {name: one.get("Default") for name, one in template["Parameters"].items()}
    reader = _Reader(defaults | parameters, template["Conditions"])
    kept = {
        name: one
        for name, one in template["Resources"].items()
        if "Condition" not in one or reader.holds(one["Condition"])
    }
    return {
        "Resources": reader.resolved(kept),
        "Outputs": reader.resolved(template["Outputs"]),
    }


@dataclass(frozen=True)
class _Reader:
    values: Document
    conditions: Document

    def holds(self, one: Any) -> bool:
        match one:
            case {"Fn::Not": [inner]}:
                return not self.holds(inner)
            case {"Fn::And": inners}:
                return all(map(self.holds, inners))
            case {"Fn::Or": inners}:
                return any(map(self.holds, inners))
            case {"Fn::Equals": [left, right]}:
                return str(self.resolved(left)) == str(self.resolved(right))
            case {"Condition": str(name)} | str(name):
                return self.holds(self.conditions[name])
        raise ValueError(f"a condition of another kind: {one}")

    def resolved(self, value: Any) -> Any:
        match value:
            case {"Fn::If": [name, yes, no]}:
                return self.resolved(yes if self.holds(name) else no)
            case {"Ref": name} if name in self.values:
                return self.values[name]
            case dict():
                return {key: self.resolved(one) for key, one in value.items()}
            case list():
                return [self.resolved(one) for one in value]
        return value
