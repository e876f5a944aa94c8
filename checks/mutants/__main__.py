"""Mutation testing of the code that guards money; `make mutants`.

Prints a row for each module and fails for a mutant that no test notices, unless docs/mutants.md
says why, and for a reason there that no survivor needs.
"""

import argparse
import json
import subprocess  # nosec B404 - each call is judged where it is made
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from checks.mutants import justified, own_process, reach, workers
from checks.mutants.mutant import Mutant
from local import environments
from local.errors import MissingToolError
from local.paths import LOCAL, ROOT, content_hash

HERE = Path(__file__).parent
ENVIRONMENT = LOCAL / "mutmut"
DOCUMENT = ROOT / "docs/mutants.md"
MODULES = (
    "callbacks/signature",
    "callbacks/php_json",
    "callbacks/url_token",
    "callbacks/receive_callback",
    "domain/transition_table",
    "domain/trigger_rules",
    "domain/gateway_status",
    "domain/money_rules",
    "ledger/identity",
    "ledger/possible",
    "ledger/received",
    "ledger/refunds",
    "ledger/rupiah",
    "ledger/standing",
    "order_report",
    "domain/payment_change",
    "services/apply_status",
    "aws/payment_write_expressions",
    "storefronts/api_key_format",
    "storefronts/authenticate",
    "storefronts/storefront_item",
    "storefronts/webhook_endpoints",
    "finpay/merchant_credentials",
    "api/read_request",
    "webhooks/signature",
    "webhooks/address_policy",
)


def mutants_of(file: str) -> list[Mutant]:
    """All mutants of a file, made once for each text of it."""
    made = [HERE / "make.py", HERE / "operators.py", HERE / "requirements.lock", ROOT / file]
    name = _name(file).replace("/", "-")
    kept = reach.WORK / f"mutants-{name}-{content_hash(made)[:16]}.json"
    if not kept.exists():
        reach.WORK.mkdir(parents=True, exist_ok=True)
        for old in reach.WORK.glob(f"mutants-{name}-*"):
            old.unlink()
        command = [str(ENVIRONMENT / "bin/python"), "-m", "checks.mutants.make", file]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # nosec B603
        kept.write_text(done.stdout)
    return list(_read(json.loads(kept.read_text())))


def _name(file: str) -> str:
    """A module as MODULES names it."""
    return file.removeprefix("functions/payments/").removesuffix(".py")


def _read(documents: list[dict[str, Any]]) -> Iterator[Mutant]:
    for document in documents:
        lists = {name: tuple(document[name]) for name in ("lines", "old", "new")}
        yield Mutant(**document | lists)


def main(arguments: Sequence[str]) -> int:
    """Try all mutants of some modules; 1 where something is left to do."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES, metavar="MODULE")
    parser.add_argument("--workers", type=int, default=2, help="processes at once")
    options = parser.parse_args(arguments)
    if unknown := set(options.modules) - set(MODULES):
        parser.error(f"not among the modules: {', '.join(sorted(unknown))}")
    environments.install("mutmut", ENVIRONMENT, HERE / "requirements.lock", LOCAL / "mutmut.log")
    files = [f"functions/payments/{module}.py" for module in options.modules]
    mutants = [mutant for file in files for mutant in mutants_of(file)]
    reasons, reached = justified.read(DOCUMENT), reach.measured()
    print(f"{len(mutants)} mutants, {options.workers} at a time", flush=True)
    tried = workers.outcomes(mutants, reached, options.workers)
    survivors = [mutant for mutant, outcome in tried if outcome == own_process.SURVIVED]
    with_reason, without, stale = justified.split(survivors, reasons, files)
    for mutant in without:
        print(f"\nno test notices {mutant.file}:{mutant.lines[0]}\n{mutant}")
    for file, text in stale:
        print(f"\n{DOCUMENT.name} has a reason that no survivor of {file} needs:\n{text}")
    print(f"\n{'module':18} {'mutants':>7} {'killed':>7} {'survived':>8} {'justified':>9}")
    for file in files:
        of_file = [outcome for mutant, outcome in tried if mutant.file == file]
        print(_row(_name(file), Counter(of_file), with_reason[file]))
    print(_row("all", Counter(outcome for _, outcome in tried), with_reason.total()))
    return int(bool(without or stale))


def _row(name: str, outcomes: Counter[str], with_reason: int) -> str:
    killed, survived = outcomes[own_process.KILLED], outcomes[own_process.SURVIVED]
    return f"{name:18} {killed + survived:7} {killed:7} {survived:8} {with_reason:9}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MissingToolError as error:
        sys.exit(str(error))
