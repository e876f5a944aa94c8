"""Which tests reach a line, and how long each takes: found out once for each folder of tests."""

import os
import subprocess  # nosec B404 - each call is judged where it is made
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET  # nosec B405 - reads what pytest wrote

from coverage import CoverageData

from local.paths import LOCAL, ROOT, content_hash

FOLDERS = (
    *("docs", "signature", "unit", "webhooks", "request", "store", "handlers"),
    *("ops/test_registry.py", "ops/test_storefront_command.py"),
)
"""Of tests/. The others need the local stack, take long or test no module that is mutated."""

WORK = LOCAL / "mutants"
OPTIONS = ("-m", "not stack", "-p", "no:cacheprovider", "--hypothesis-seed=0")


@dataclass(frozen=True, slots=True)
class Reach:
    """Node ids of tests by file and line, "" standing for the import; seconds by node id."""

    tests: Mapping[str, Mapping[int, frozenset[str]]]
    seconds: Mapping[str, float]

    def of(self, file: str, first: int, last: int) -> frozenset[str]:
        """The tests that reach these lines of a function; of a statement begun before, its own."""
        lines = self.tests.get(file, {})
        for begin in range(first, 0, -1):
            found = frozenset().union(*(lines.get(n, ()) for n in range(begin, last + 1)))
            if found:
                return found
        return frozenset()

    def of_file(self, file: str) -> frozenset[str]:
        """The tests beside those that reach any function of a file; all, where it has none.

        A test of data need not reach any function, nor do those of the documents.
        """
        found = frozenset().union(*self.tests.get(file, {}).values()) - {""}
        beside = {_file_of(test) for test in found} | {"tests/repo/docs/test_documents.py"}
        return frozenset(test for test in self.seconds if not found or _file_of(test) in beside)

    def quickest_first(self, tests: Iterable[str]) -> list[str]:
        """In the order in which a mutant meets them."""
        return sorted(tests, key=lambda test: (self.seconds.get(test, 0.0), test))


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def measured() -> Reach:
    """Run what has changed since it was measured; raises CalledProcessError where a test fails."""
    tests: dict[str, dict[int, frozenset[str]]] = {}
    seconds: dict[str, float] = {}
    for folder in FOLDERS:
        data, report = _measure(folder)
        seconds |= _seconds(report)
        for file in data.measured_files():
            lines = tests.setdefault(str(Path(file).relative_to(ROOT)), {})
            for line, contexts in data.contexts_by_lineno(file).items():
                names = {context.partition("|")[0] for context in contexts}
                lines[line] = lines.get(line, frozenset()) | names
    return Reach(tests, seconds)


def _measure(folder: str) -> tuple[CoverageData, Path]:
    sources = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "tests").glob("*.py")]
    place = ROOT / "tests" / folder
    sources += place.rglob("*.py") if place.is_dir() else [place]
    kind = f"tests-{folder.replace('/', '-')}"
    name = f"{kind}-{content_hash(sources)[:16]}"
    coverage, report = WORK / f"{name}.coverage", WORK / f"{name}.xml"
    if not report.exists():
        print(f"measuring tests/{folder}", flush=True)
        WORK.mkdir(parents=True, exist_ok=True)
        for old in WORK.glob(f"{kind}-*"):
            old.unlink()
        command = [sys.executable, "-m", "pytest", "-q", *OPTIONS, "--cov=functions"]
        command += ["--cov-context=test", "--cov-report=", f"tests/{folder}"]
        command += ["--junit-xml", f"{report}.part", "-o", "junit_family=xunit1"]
        environment = os.environ | {"COVERAGE_FILE": str(coverage)}
        done = subprocess.run(  # nosec B603 - our own command
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(done.stdout[-4000:])
        done.check_returncode()
        Path(f"{report}.part").rename(report)
    data = CoverageData(str(coverage))
    data.read()
    return data, report


def _seconds(report: Path) -> dict[str, float]:
    cases = ET.parse(report).iter("testcase")  # noqa: S314 # nosec B314 - our own report
    return {
        f"{case.get('file')}::{case.get('name')}": float(case.get("time") or 0) for case in cases
    }
