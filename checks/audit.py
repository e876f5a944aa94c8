"""Known vulnerabilities of everything that is pinned.

pip-audit says "No known vulnerabilities found" of pins that it could not look up, as where the
package index has no service for it. Here such pins are counted and told. `--strict` fails for them
as well; without it only a finding fails, so that the checks can be run anywhere.
"""

import json
import subprocess  # each call is judged where it is made  # nosec B404
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from checks import pins
from local.paths import LOCAL


@dataclass(frozen=True)
class Audit:
    """What is known of a lock's pins."""

    looked_up: int
    unknown: list[str]
    vulnerable: list[str]


def judge(report: dict[str, Any], expected: set[str]) -> Audit:
    """What a report of pip-audit's says of the pins that it should be about."""
    told = {canonicalize_name(one["name"]): one for one in report["dependencies"]}
    skipped = {name for name, one in told.items() if "skip_reason" in one}
    vulnerable = [
        f"{name} {one['version']}: {', '.join(each['id'] for each in one['vulns'])}"
        for name, one in sorted(told.items())
        if one.get("vulns")
    ]
    unknown = sorted(expected - set(told) | skipped)
    return Audit(len(set(told) - skipped), unknown, vulnerable)


def audit(lock: Path) -> Audit:
    """Ask for the vulnerabilities of the pins that are meant for this platform."""
    output = LOCAL / "audit.json"
    output.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    command += ["--progress-spinner", "off", "--format", "json", "--output", str(output)]
    done = subprocess.run(  # our own command  # nosec B603
        [*command, "-r", str(lock)], capture_output=True, text=True, check=False, timeout=600
    )
    here = {
        name
        for name, (requirement, _) in pins.locked(lock.read_text()).items()
        if requirement.marker is None or requirement.marker.evaluate()
    }
    if not output.exists():
        print(done.stderr.strip().rpartition("\n")[2])
        return Audit(0, sorted(here), [])
    return judge(json.loads(output.read_text()), here)


def main(*, strict: bool) -> int:
    """Print a line for each lock and each finding."""
    LOCAL.mkdir(exist_ok=True)
    failed = False
    for name in pins.LOCKS:
        result = audit(pins.ROOT / name)
        print(
            f"pip-audit {name}: {len(result.vulnerable)} vulnerable of {result.looked_up} pins; "
            f"{len(result.unknown)} pins could not be looked up"
        )
        print("".join(f"  {finding}\n" for finding in result.vulnerable), end="")
        failed = failed or bool(result.vulnerable) or (strict and bool(result.unknown))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(strict="--strict" in sys.argv[1:]))
