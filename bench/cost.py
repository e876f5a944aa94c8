"""What a million paid payments cost, per line of AWS's bill, for this service and for its peers.

`model()` is pure: measured paths, assumptions and prices in, USD out. `python -m bench.cost` counts
the paths and prints the tables, `--json` prints what `model()` gives, `--commit` writes the figures
that a test holds it to.
"""

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

from bench.calls import measure
from bench.monthly import monthly
from bench.parts import authorizing, parts_of, peer_use, works
from bench.tables import show
from bench.walk import Path
from bench.work import LINES, Assumed, Use, added

HERE = File(__file__).parent
COMMITTED = HERE / "committed.json"
MILLION = 1_000_000

CORE = ("initiate", "callback", "status reads", "authorizer")
"""The parts that the peers have too."""
ALIKE = (
    "HTTP API requests",
    "Lambda requests",
    "Lambda, waiting for Finpay",
    "DynamoDB writes",
    "DynamoDB reads",
    "Data out",
)
"""Lines that are the task's own: nobody's code makes them less than the cheapest has them."""


def table(name: str) -> dict[str, Any]:
    """One of the tables of numbers beside this module: prices, assumptions, peers."""
    return tomllib.loads((HERE / f"{name}.toml").read_text())


def model(
    paths: Mapping[str, Path],
    assumed: Assumed | None = None,
    prices: Mapping[str, Any] | None = None,
    peers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """USD per million paid payments by part and line; USD per month of what runs regardless.

    `paths` are those of `bench.calls.measure`; whoever measured durations or peers puts them into
    the tables before: `cpu_ms` by path, and the peers in the form of peers.toml.
    """
    assumed = assumed or table("assumptions")
    prices = (prices or table("prices"))["price"]
    parts = {name: priced(use, prices) for name, use in parts_of(paths, assumed).items()}
    core = _with_total(added(*(parts[name] for name in CORE)))
    shared = authorizing(works(paths, assumed)["authorizer"], assumed)
    others = {
        peer["title"]: {"measured": peer["measured"]}
        | _with_total(priced(peer_use(peer, assumed, shared), prices))
        for peer in (peers or table("peers")).values()
    }
    return {
        "unit": "USD per million paid payments",
        "parts": parts,
        "core": core,
        "peers": others,
        "whole": sum(sum(lines.values()) for lines in parts.values()),
        "same_for_all": sum(
            min(one["lines"][line] for one in (core, *others.values())) for line in ALIKE
        ),
        "share_of_cheapest_peer": core["total"] / min(one["total"] for one in others.values()),
        "monthly": monthly(works(paths, assumed)["schedule"], assumed, prices),
    }


def _with_total(lines: dict[str, float]) -> dict[str, Any]:
    return {"lines": lines, "total": sum(lines.values())}


def priced(use: Use, prices: Mapping[str, Any]) -> dict[str, float]:
    """USD of a million times this use, by line."""
    rates = {line: prices[name]["usd"] / prices[name]["per"] for line, name in LINES.items()}
    return {line: amount * MILLION * rates[line] for line, amount in use.items()}


def figures(paths: Mapping[str, Path]) -> dict[str, Any]:
    """The calls and units of each path, as `committed.json` holds them."""
    return {
        "calls": {name: path.calls for name, path in paths.items()},
        "units": {
            name: [path.aws.write_units, path.aws.index_units, path.aws.read_units]
            for name, path in paths.items()
        },
    }


def main() -> None:
    """Count, and print the tables or JSON, or commit the figures."""
    paths = measure()
    if "--commit" in sys.argv[1:]:
        COMMITTED.write_text(json.dumps(figures(paths), indent=2) + "\n")
        return
    assumed = table("assumptions")
    result = model(paths, assumed)
    if "--json" in sys.argv[1:]:
        print(json.dumps(result, indent=2))
    else:
        print(show(result, table("prices"), assumed))


if __name__ == "__main__":
    main()
