"""No test acts on a page before its script runs."""

import re
from pathlib import Path


def test_pages_are_opened_only_by_who_waits_for_their_scripts() -> None:
    opens = re.compile(r"\.(goto|reload|go_back)\(")
    files = Path(__file__).parent.glob("*.py")
    assert {file.name for file in files if opens.search(file.read_text())} == {"people.py"}
