"""The cost model, fed with what was measured here."""

from collections.abc import Mapping
from typing import Any

from bench.calls import LONGEST
from bench.calls import measure as walk
from bench.cost import CORE, model, table
from bench.part import Part, Table
from bench.subjects import PEERS
from bench.warm import SERVICE, TASKS

_KEYS = {
    "FastAPI + Mangum": "fastapi_mangum",
    "Flask + apig-wsgi": "flask_wsgi",
    "Powertools in full": "powertools_full",
}


def measure(measured: Mapping[str, Mapping[str, Any]]) -> Part:
    """The part `cost`; `measured` is that of the parts `warm` and `cold`, where they were run."""
    warm, cold = measured.get("warm", {}), measured.get("cold", {})
    assumed, peers = table("assumptions"), table("peers")
    for task in TASKS if warm else ():
        assumed["cpu_ms"][task] = warm[f"{SERVICE}, {task}"]["cpu_ms"]["median"]
        for name in PEERS:
            peers[_KEYS[name]][task] |= _counted(warm[f"{name}, {task}"])
    if cold:
        assumed["cold"]["init_ms"] = cold["built/FinpayCallback"]["ready"]["median"]
        for name in PEERS:
            peers[_KEYS[name]]["init_ms"] = cold[f"built/{name}/callback"]["ready"]["median"]
            peers[_KEYS[name]]["measured"] = bool(warm)
    paths = walk()
    result = model(paths, assumed, peers=peers)
    shown = {SERVICE: result["core"], **result["peers"]}
    lines = list(result["core"]["lines"])
    rows = [
        [line, *(f"{one['lines'].get(line, 0):.2f}" for one in shown.values())] for line in lines
    ]
    rows.append(["total", *(f"{one['total']:.2f}" for one in shown.values())])
    writes, longest = ("initiate", "callback"), walk(LONGEST)
    values = {
        "usd per million": result["core"]["total"],
        "usd / cheapest peer": result["share_of_cheapest_peer"],
        # Of the longest order id that Finpay takes.
        "item bytes": max(max(longest[name].aws.items.values()) for name in writes),
        "write units": sum(paths[name].aws.write_units for name in writes),
    }
    note = (
        f"USD per million paid payments for {', '.join(CORE)}; with webhooks and status "
        f"syncs, which the peers have not, it is {result['whole']:.2f}. "
        "Prices and assumptions: `bench/*.toml`."
    )
    return Part("cost", note, [Table("Bill", ["", *shown], rows)], values, {"model": result})


def _counted(warm: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cpu_ms": warm["cpu_ms"]["median"],
        "calls": {
            "https.finpay" if call.startswith("finpay") else f"dynamodb.{call}": round(number)
            for call, number in warm["calls"].items()
            if call != "GetSecretValue" and round(number)
        },
    }
