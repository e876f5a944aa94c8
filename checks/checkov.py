"""Checkov over template.yaml with its loops expanded, and over what SAM makes of it; 0 failed.

A skip stands on its one resource, with its reason (`Metadata.checkov.skip`). Checkov ends in peace
when it could not read a file, so what it says has to show that it read both.
"""

import json
import os
import subprocess  # each call is judged where it is made  # nosec B404
import sys
from pathlib import Path
from typing import Any

from checks import sam
from local import environments
from local.errors import MissingToolError
from local.paths import CHECKOV_ENVIRONMENT, LOCAL
from local.template import read

LOCK = Path(__file__).with_name("requirements.lock")
EXPANDED = LOCAL / "expanded.json"
TRANSFORMED = LOCAL / "transformed.json"


def problems(report: dict[str, Any]) -> list[str]:
    """What is wrong by one file's report."""
    results, summary = report.get("results", {}), report.get("summary", {})
    failed = [
        f"{one['check_id']} {one['check_name']}: {one['resource']}"
        for one in results.get("failed_checks", [])
    ]
    silent = [
        f"{one['check_id']} is skipped without a reason: {one['resource']}"
        for one in results.get("skipped_checks", [])
        if one["check_result"].get("suppress_comment") in {None, "", "No comment provided"}
    ]
    unread = [] if summary.get("passed") and not summary.get("parsing_errors") else ["not read"]
    return failed + silent + unread


def run(file: Path) -> dict[str, Any]:
    """Checkov's report on a CloudFormation file. It needs no network."""
    command = [str(CHECKOV_ENVIRONMENT / "bin/checkov"), "--file", str(file)]
    command += ["--framework", "cloudformation", "--output", "json", "--skip-download"]
    environment = {"PATH": os.defpath, "LOG_LEVEL": "ERROR", "HOME": str(LOCAL)}
    done = subprocess.run(  # our own command  # nosec B603
        command, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def main() -> int:
    """Print a line for each file and each problem."""
    environments.install("checkov", CHECKOV_ENVIRONMENT, LOCK, LOCAL / "checkov-install.log")
    EXPANDED.write_text(json.dumps(read(sam.TEMPLATE.read_text())))
    sam.write(TRANSFORMED)
    wrong = 0
    for file in (EXPANDED, TRANSFORMED):
        report = run(file)
        found = problems(report)
        counts = report.get("summary", {})
        print(
            f"checkov {file.name}: {counts.get('passed', 0)} passed, "
            f"{counts.get('failed', 0)} failed, {counts.get('skipped', 0)} skipped with a reason"
        )
        print("".join(f"  {problem}\n" for problem in found), end="")
        wrong += len(found)
    return min(wrong, 1)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MissingToolError as error:
        sys.exit(str(error))
