"""What a paid payment takes, part by part: this service's, as measured, and a peer's."""

import re
from collections.abc import Mapping
from typing import Any

from bench.walk import Path
from bench.work import WAITING, Assumed, Use, Work, added, scaled
from payments.services.reconcile_payment import SYNCS_AT_ONCE
from testing.template import functions, template

FUNCTIONS: Mapping[str, str] = {
    "initiate": "StorefrontApi",
    "status": "StorefrontApi",
    "authorizer": "StorefrontAuth",
    "callback": "FinpayCallback",
    "status sync": "Reconcile",
    "schedule": "Reconcile",
    "stream, pending": "PaymentStream",
    "stream, paid": "PaymentStream",
    "stream, status sync": "PaymentStream",
    "notify, pending": "Notify",
    "notify, paid": "Notify",
}
"""The function behind each path that a paid payment takes."""

_HTTP = {"initiate", "status", "callback"}


def works(paths: Mapping[str, Path], assumed: Assumed) -> dict[str, Work]:
    """What was measured, with what is known of the function behind it."""
    return {name: _work(name, paths[name], assumed) for name in FUNCTIONS if name in paths}


def _work(name: str, path: Path, assumed: Assumed) -> Work:
    shared = template()["Globals"]["Function"].get("LoggingConfig", {})
    logging = shared | functions()[FUNCTIONS[name]]["LoggingConfig"]
    quiet = logging.get("LogFormat") == "JSON" and logging.get("SystemLogLevel") == "WARN"
    return Work(
        memory_mb=memory_of(name),
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


def memory_of(path: str) -> int:
    """MB of the function behind a path."""
    both = template()["Globals"]["Function"] | functions()[FUNCTIONS[path]]
    memory: int = both["MemorySize"]
    return memory


def access_bytes(logs: Assumed) -> int:
    """A line of the API's access log: the template's format with values of usual length."""
    (api,) = (r for r in template()["Resources"].values() if r["Type"].endswith("HttpApi"))
    form = api["Properties"]["AccessLogSettings"]["Format"]
    return len(re.sub(r"\$[\w.]+", "x" * logs["access_value"], form))


def parts_of(paths: Mapping[str, Path], assumed: Assumed) -> dict[str, Use]:
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
        "authorizer": authorizing(did["authorizer"], assumed),
        "webhooks": added(*told),
        "status syncs": scaled(_sync(did, assumed), payment["syncs_until_paid"]),
    }


def authorizing(once: Work, assumed: Assumed) -> Use:
    """Authorizing the storefront's requests of one payment, ours or a peer's."""
    payment = assumed["payment"]
    requests = 1 + payment["status_reads"]
    return scaled(once.use(assumed), requests / payment["requests_per_authorization"])


def _sync(did: Mapping[str, Work], assumed: Assumed) -> Use:
    """One status sync: its share of an invocation, of the queue, and of the stream's work."""
    share = 1 / assumed["payment"]["syncs_per_invocation"]
    # Lambda receives and deletes what the schedule sent, each call with so many status syncs.
    sync = did["status sync"].use(assumed, invocations=share)
    # They wait for Finpay at the same time, and the invocation is paid for once.
    sync[WAITING] /= min(assumed["payment"]["syncs_per_invocation"], SYNCS_AT_ONCE)
    uses = [sync, {"SQS requests": 3 * share}]
    if "stream, status sync" in did:
        per_change = 1 / assumed["payment"]["changes_per_invocation"]
        uses.append(did["stream, status sync"].use(assumed, invocations=per_change))
    return added(*uses)


def peer_use(peer: Mapping[str, Any], assumed: Assumed, authorized: Use) -> Use:
    """What a peer takes for the same payment, with as much memory for each task."""
    access = access_bytes(assumed["logs"])
    uses = {
        name: Work(
            memory_mb=memory_of(name),
            init_ms=peer["init_ms"],
            bytes_out=assumed["bytes_out"][name],
            is_http=True,
            **peer[name],
        ).use(assumed, access)
        for name in ("initiate", "callback", "status")
    }
    reads = scaled(uses["status"], assumed["payment"]["status_reads"])
    return added(uses["initiate"], uses["callback"], reads, authorized)
