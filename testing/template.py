"""template.yaml as the tests read it: the tables, routes and handlers have one home."""

from functools import cache
from pathlib import Path
from typing import Any

from local.template import read

ROOT = Path(__file__).parent.parent


@cache
def template() -> dict[str, Any]:
    """The whole template, with its loops expanded; of an intrinsic function the argument alone."""
    whole = read((ROOT / "template.yaml").read_text())
    return {section: _arguments(value) for section, value in whole.items()}


def _arguments(value: Any) -> Any:
    match value:
        case {"Fn::GetAtt": [str(resource), str(attribute)]}:
            return f"{resource}.{attribute}"
        case {"Ref": argument}:
            return argument
        case dict() if len(value) == 1 and (name := next(iter(value))).startswith("Fn::"):
            return _arguments(value[name])
        case dict():
            return {key: _arguments(one) for key, one in value.items()}
        case list():
            return [_arguments(one) for one in value]
    return value


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    found = template()["Resources"].items()
    return {name: entry["Properties"] for name, entry in found if entry["Type"] == kind}


def functions() -> dict[str, dict[str, Any]]:
    """The Lambda functions."""
    return resources("AWS::Serverless::Function")


def environment(function: str) -> dict[str, Any]:
    """The environment variables of a function, unresolved."""
    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = functions()[function]["Environment"]["Variables"]
    return {**shared, **own}


def routes() -> dict[str, str]:
    """Route keys (`POST /payments`) and the functions behind them."""
    return {
        f"{event['Properties']['Method']} {event['Properties']['Path']}": name
        for name, function in functions().items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
