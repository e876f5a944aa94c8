"""Which records Lambda hands to a function: the filters of its event source, matched as on AWS."""

import json
from collections.abc import Mapping
from typing import Any

from testing.template import functions

_MISSING = object()


def stream_settings() -> dict[str, Any]:
    """The template's settings of what brings the stream of payments."""
    settings: dict[str, Any] = functions()["PaymentStream"]["Events"]["Changes"]["Properties"]
    return settings


def lets_in(settings: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether one of the filters matches; of the content filters only those in use are known."""
    filters = settings["FilterCriteria"]["Filters"]
    return any(_matches(json.loads(one["Pattern"]), record) for one in filters)


def _matches(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, list):
        return any(_fits(rule, value) for rule in pattern)
    if not isinstance(value, Mapping):
        return False
    return all(_matches(part, value.get(name, _MISSING)) for name, part in pattern.items())


def _fits(rule: Any, value: Any) -> bool:
    """What is not there fits nothing."""
    if value is _MISSING:
        return False
    if isinstance(rule, str):
        return bool(value == rule)
    if rule == {"exists": True}:
        return True
    (banned,) = [rule[name] for name in rule if name == "anything-but"]
    return value not in banned
