"""What a shop developer installs is pinned, and what the README says to set is what is read."""

import json
import re

from local.paths import ROOT
from tests.external.examples.shops import EXAMPLES


def test_python_is_pinned_as_it_is_tested() -> None:
    ours = {
        line
        for file in ("requirements-dev.txt", "functions/requirements.in")
        for line in (ROOT / file).read_text().splitlines()
    }
    pins = (EXAMPLES / "python/requirements.txt").read_text().splitlines()
    assert pins
    assert set(pins) <= ours


def test_javascript_is_pinned_by_content_and_names_no_registry() -> None:
    package = json.loads((EXAMPLES / "javascript/package.json").read_text())
    lock = json.loads((EXAMPLES / "javascript/package-lock.json").read_text())["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", pin) for pin in package["dependencies"].values())
    assert lock.pop("")["dependencies"] == package["dependencies"]
    assert lock
    for entry in lock.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry


def test_the_readme_sets_what_the_shops_read() -> None:
    read = {
        *re.findall(r'os\.environ\["(\w+)"\]', (EXAMPLES / "python/shop.py").read_text()),
        *re.findall(r"getenv\('(\w+)'\)", (EXAMPLES / "php/shop.php").read_text()),
        *javascript_reads(),
    }
    readme = (EXAMPLES / "README.md").read_text()
    assert set(re.findall(r"^export (\w+)=", readme, re.MULTILINE)) == read == javascript_reads()


def javascript_reads() -> set[str]:
    source = (EXAMPLES / "javascript/shop.js").read_text()
    (names,) = re.findall(r"^const \{ (.+) \} = process\.env;$", source, re.MULTILINE)
    return set(names.split(", "))
