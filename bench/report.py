"""What was found, on the screen, in bench/results.json and in docs/performance.md."""

import json
import os
import platform
import re
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import targets
from bench.part import Part, Table
from bench.places import BENCH, DOCUMENT, RESULTS, ROOT

type Results = dict[str, dict[str, Any]]

ORDER = ["cold", "warm", "profile", "artifact", "cost", "end_to_end", "growth"]
_INTRODUCTION = """\
Written by `make bench` out of `bench/results.json`; do not edit. Times depend on the machine, and
ratios of one run hardly do. A function runs under Lambda's own runtime interface client
(`awslambdaric`), and AWS and Finpay answer at once at the socket: these are the times of the code,
without network, TLS and Lambda's own start of a sandbox. A function of 512 MB has 0.29 of a
processor, so a cold start there takes about three times the CPU time that is told here. "as built"
is what a user gets, the service by `make build` and all others by plain `sam build`; "all alike" is
with bytecode and without botocore's unused descriptions for everybody. "traced" is an invocation
that X-Ray samples: the first of each second, so nearly all of a quiet shop's."""
_NAMED = {
    ROOT / "functions/requirements.txt": ["boto3", "aws-lambda-powertools", "pydantic", "requests"],
    BENCH / "requirements.lock": ["awslambdaric"],
    BENCH / "peers/fastapi_mangum/requirements.txt": ["fastapi", "mangum"],
    BENCH / "peers/flask_wsgi/requirements.txt": ["flask", "apig-wsgi"],
}


def kept() -> Results:
    """The parts in bench/results.json, by name; those that are measured anew replace theirs."""
    loaded: Results = json.loads(RESULTS.read_text())["parts"] if RESULTS.exists() else {}
    return loaded


def show(part: Part) -> None:
    """Print a part's tables."""
    print(f"\n── {part.name}: {part.note}")
    for table in part.tables:
        print(f"\n{table.title}\n{table.text()}")


def document_of(part: Part, seconds: float) -> dict[str, Any]:
    """A part as results.json has it."""
    return asdict(part) | {
        "seconds": round(seconds),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": machine(),
        "versions": versions(),
    }


def write(results: Results) -> None:
    """Write results.json and, out of it alone, docs/performance.md."""
    RESULTS.write_text(json.dumps({"parts": results}, indent=1, ensure_ascii=False) + "\n")
    DOCUMENT.write_text(render(results))


def values_of(results: Results) -> dict[str, float]:
    """The values of all parts."""
    return {name: value for part in results.values() for name, value in part["values"].items()}


def render(results: Results) -> str:
    """docs/performance.md."""
    blocks = [
        "# Performance",
        _INTRODUCTION,
        "## Targets",
        targets.table(values_of(results)).markdown(),
    ]
    for name in sorted(results, key=ORDER.index):
        part = results[name]
        blocks += [f"## {name}", part["note"]]
        for table in part["tables"]:
            blocks += [f"### {table['title']}", Table(**table).markdown()]
        versions_told = ", ".join(f"{one} {number}" for one, number in part["versions"].items())
        blocks.append(f"Measured on {part['date']}: {part['machine']}; {versions_told}.")
    return "\n\n".join(blocks) + "\n"


def machine() -> str:
    """Processor, cores, system, and how busy it was with other things."""
    cpuinfo = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.+)", cpuinfo.read_text() if cpuinfo.exists() else "")
    name = model[1] if model else platform.machine()
    load = os.getloadavg()[2]
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, load {load:.1f}"


def versions() -> dict[str, str]:
    """Of Python and of the packages that matter here."""
    found = {"Python": platform.python_version()}
    for lock, names in _NAMED.items():
        text = lock.read_text()
        for name in names:
            pin = re.search(rf"^{name}(?:\[.*\])?==(\S+)", text, re.MULTILINE)
            found[name] = pin[1] if pin else "?"
    return found


def verdict(values: Mapping[str, float]) -> None:
    """Print the targets."""
    print(f"\n── Targets\n\n{targets.table(values).text()}")
