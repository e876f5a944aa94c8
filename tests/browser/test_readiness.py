"""No test acts on a page before its script runs."""

import re
from pathlib import Path


def test_pages_are_opened_only_by_who_waits_for_their_scripts() -> None:
    files = Path(__file__).parent.glob("*.py")
    loads = {
        file.name for file in files if re.search(r"\.(goto|reload|go_back)\(", file.read_text())
    }
    assert loads == {"people.py"}
