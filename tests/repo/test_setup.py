"""What `make setup` finds on a machine."""

import subprocess
import sys
from pathlib import Path

from testing.template import ROOT


def test_the_python_that_is_found_is_none_of_an_environment_that_is_made_anew() -> None:
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    found = subprocess.run(
        ["sh", "local/find_python.sh"],
        cwd=ROOT,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert not Path(found).is_relative_to(sys.prefix)
    version = "import sys; print(sys.version_info[:2], sys.prefix == sys.base_prefix)"
    told = subprocess.run([found, "-c", version], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == f"{sys.version_info[:2]} True"
