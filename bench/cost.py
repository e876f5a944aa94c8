"""What a million paid payments cost, per line of AWS's bill, for this service and for its peers.

`model()` is pure: measured paths, assumptions and prices in, USD out. `python -m bench.cost` counts
the paths and prints the tables, `--json` prints what `model()` gives, `--commit` writes the figures
that a test holds it to.
"""

import json
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

from bench.calls import Path, measure
from bench.monthly import monthly
from bench.tables import show
from bench.work import LINES, Assumed, Use, Work, added, scaled
from tests.template import functions, template

HERE = File(__file__).parent
COMMITTED = HERE / "committed.json"
MILLION = 1_000_000

FUNCTIONS: Mapping[str, str] = {
    "initiate": "StorefrontApi",
    "status": "StorefrontApi",
    "authorizer": "StorefrontAuth",
    "callback": "FinpayCallback",
    "look": "Reconcile",
    "schedule": "Reconcile",
    "stream, pending": "PaymentStream",
    "stream, paid": "PaymentStream",
    "stream, look": "PaymentStream",
    "notify, pending": "Notify",
    "notify, paid": "Notify",
}
"""The function behind each path that a paid payment takes."""

_HTTP = {"initiate", "status", "callback"}
TARGET_USD, TARGET_SHARE = 13.0, 0.5
CORE = ("initiate", "callback", "status reads", "authorizer")
"""The parts that the peers have too."""


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
    parts = {name: priced(use, prices) for name, use in _parts(paths, assumed).items()}
    core = _with_total(added(*(parts[name] for name in CORE)))
    shared = _authorizing(works(paths, assumed)["authorizer"], assumed)
    others = {
        peer["title"]: {"measured": peer["measured"]}
        | _with_total(priced(_peer(peer, assumed, shared), prices))
        for peer in (peers or table("peers")).values()
    }
    return {
        "unit": "USD per million paid payments",
        "parts": parts,
        "core": core,
        "peers": others,
        "whole": sum(sum(lines.values()) for lines in parts.values()),
        "target": _judged(core["total"], min(other["total"] for other in others.values())),
        "monthly": monthly(works(paths, assumed)["schedule"], assumed, prices),
    }


def _with_total(lines: dict[str, float]) -> dict[str, Any]:
    return {"lines": lines, "total": sum(lines.values())}


def _judged(total: float, cheapest: float) -> dict[str, Any]:
    return {
        "usd": TARGET_USD,
        "is_met": total <= TARGET_USD,
        "share_of_cheapest_peer": total / cheapest,
        "share_is_met": total / cheapest <= TARGET_SHARE,
    }


def priced(use: Use, prices: Mapping[str, Any]) -> dict[str, float]:
    """USD of a million times this use, by line."""
    rates = {line: prices[name]["usd"] / prices[name]["per"] for line, name in LINES.items()}
    return {line: amount * MILLION * rates[line] for line, amount in use.items()}


def works(paths: Mapping[str, Path], assumed: Assumed) -> dict[str, Work]:
    """What was measured, with what is known of the function behind it."""
    return {name: _work(name, paths[name], assumed) for name in FUNCTIONS if name in paths}


def _work(name: str, path: Path, assumed: Assumed) -> Work:
    shared = template()["Globals"]["Function"]
    own = functions()[FUNCTIONS[name]]
    logging = shared.get("LoggingConfig", {}) | own["LoggingConfig"]
    quiet = logging.get("LogFormat") == "JSON" and logging.get("SystemLogLevel") == "WARN"
    return Work(
        memory_mb=own.get("MemorySize", shared["MemorySize"]),
        cpu_ms=assumed["cpu_ms"][name],
        init_ms=assumed["cold"]["init_ms"],
        calls=path.calls,
        write_units=path.aws.write_units,
        index_units=path.aws.index_units,
        read_units=path.aws.read_units,
        log_lines=len(path.lines),
        log_bytes=path.log_bytes,
        bytes_out=assumed["bytes_out"].get(name, 0),
        is_http=name in _HTTP,
        lambda_lines=not quiet,
    )


def access_bytes(logs: Assumed) -> int:
    """A line of the API's access log: the template's format with values of usual length."""
    (api,) = (r for r in template()["Resources"].values() if r["Type"].endswith("HttpApi"))
    form = api["Properties"]["AccessLogSettings"]["Format"]
    return len(re.sub(r"\$[\w.]+", "x" * logs["access_value"], form))


def _parts(paths: Mapping[str, Path], assumed: Assumed) -> dict[str, Use]:
    """What a paid payment takes, by part."""
    payment, access, did = assumed["payment"], access_bytes(assumed["logs"]), works(paths, assumed)
    api = {name: did[name].use(assumed, access) for name in _HTTP}
    share = 1 / payment["changes_per_invocation"]
    told = [did[f"stream, {kind}"].use(assumed, invocations=share) for kind in ("pending", "paid")]
    told += [did[f"notify, {kind}"].use(assumed) for kind in ("pending", "paid")]
    # Lambda receives each message and deletes it when the function is done with it.
    told += [{"SQS requests": 2 * 2}]
    return {
        "initiate": api["initiate"],
        "callback": api["callback"],
        "status reads": scaled(api["status"], payment["status_reads"]),
        "authorizer": _authorizing(did["authorizer"], assumed),
        "webhooks": added(*told),
        "looks": scaled(_look(did, assumed), payment["looks_until_paid"]),
    }


def _authorizing(once: Work, assumed: Assumed) -> Use:
    """Authorizing the storefront's requests of one payment, ours or a peer's."""
    payment = assumed["payment"]
    requests = 1 + payment["status_reads"]
    return scaled(once.use(assumed), requests / payment["requests_per_authorization"])


def _look(did: Mapping[str, Work], assumed: Assumed) -> Use:
    """One look: its share of an invocation and of the queue, and what the stream makes of it."""
    share = 1 / assumed["payment"]["looks_per_invocation"]
    # Lambda receives and deletes what the schedule sent, each call with so many looks.
    uses = [did["look"].use(assumed, invocations=share), {"SQS requests": 3 * share}]
    if "stream, look" in did:
        per_change = 1 / assumed["payment"]["changes_per_invocation"]
        uses.append(did["stream, look"].use(assumed, invocations=per_change))
    return added(*uses)


def _peer(peer: Mapping[str, Any], assumed: Assumed, authorizing: Use) -> Use:
    """What a peer takes for the same payment."""
    access = access_bytes(assumed["logs"])
    uses = {
        name: Work(
            memory_mb=peer["memory_mb"],
            init_ms=peer["init_ms"],
            bytes_out=assumed["bytes_out"][name],
            is_http=True,
            **peer[name],
        ).use(assumed, access)
        for name in ("initiate", "callback", "status")
    }
    reads = scaled(uses["status"], assumed["payment"]["status_reads"])
    return added(uses["initiate"], uses["callback"], reads, authorizing)


def figures(paths: Mapping[str, Path]) -> dict[str, Any]:
    """What `committed.json` holds, and a test holds against it."""
    parts = model(paths)["parts"]
    usd = {"core": sum(sum(parts[name].values()) for name in CORE)}
    usd |= {name: sum(lines.values()) for name, lines in parts.items() if name not in CORE}
    return {
        "calls": {name: path.calls for name, path in paths.items()},
        "units": {
            name: [path.aws.write_units, path.aws.index_units, path.aws.read_units]
            for name, path in paths.items()
        },
        "usd": {name: round(amount, 2) for name, amount in usd.items()},
    }


def main() -> None:
    """Count, and print the tables or JSON, or commit the figures."""
    paths = measure()
    if "--commit" in sys.argv[1:]:
        COMMITTED.write_text(json.dumps(figures(paths), indent=2) + "\n")
    elif "--json" in sys.argv[1:]:
        print(json.dumps(model(paths), indent=2))
    else:
        print(show(model(paths), table("prices"), table("assumptions")))


if __name__ == "__main__":
    main()
