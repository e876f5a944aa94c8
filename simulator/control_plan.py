"""The parts that several control bodies have in common: how to call back, and faults."""

from simulator.control_input import Input, InputError
from simulator.faults import DEFAULT_SECONDS, ENDPOINTS, KINDS, Fault
from simulator.simulation import Plan

HOWS = ("send", "delay", "lose", "none")
ORDERS = ("given", "reversed", "shuffled")
MOST_COPIES = 1000
MOST_HOLDING = 600.0


def read_plan(given: Input, how: str = "send") -> Plan:
    """`callback` and its companions; a `delay` is not waited for unless `wait` says so."""
    chosen = given.choice("callback", HOWS, how)
    if chosen == "delay":
        given.require("delaySeconds")
    return Plan(
        how=chosen,
        delay=given.number("delaySeconds", 0),
        copies=given.whole("copies", 1, 1, MOST_COPIES) or 1,
        order=given.choice("order", ORDERS, "given"),
        seed=given.whole("seed", 0, 0, 2**63 - 1) or 0,
        together=given.flag("together", default=False),
        wait=given.flag("wait", default=chosen != "delay"),
    )


def read_fault(given: Input) -> tuple[Fault, int]:
    """The fault, and how many calls run into it."""
    endpoint = given.choice("endpoint", ENDPOINTS)
    kind = given.choice("fault", KINDS)
    if kind == "callback-first" and endpoint != "initiate":
        raise InputError("endpoint", "must be initiate with callback-first")
    seconds = given.number("seconds", DEFAULT_SECONDS.get(kind, 0), most=MOST_HOLDING)
    work = given.flag("work", default=True)
    times = given.whole("times", 1, 1, MOST_COPIES) or 1
    return Fault(endpoint, kind, seconds, work), times


def read_sources(given: Input, default: frozenset[str] | None) -> frozenset[str] | None:
    """`enabledSources`: a list of sourceOfFunds types, or null for all of them."""
    if not given.has("enabledSources"):
        return default
    if given.take_null("enabledSources"):
        return None
    return frozenset(given.words("enabledSources"))
