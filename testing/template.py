"""template.yaml as the tests read it: the tables, routes and handlers have one home."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags (`!Ref x`) as the tagged value alone."""


def _tagged(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _tagged)


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506 - a SafeLoader
    return loaded


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
