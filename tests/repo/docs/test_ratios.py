"""The ratios that the READMEs quote are those of the committed run of `make bench`."""

import pytest

from bench import report
from testing.template import ROOT

QUOTED = (
    "cold built callback / FastAPI + Mangum",
    "cold built API / FastAPI + Mangum",
    "warm callback / FastAPI + Mangum",
)


@pytest.mark.parametrize(("document", "point"), [("README.md", "."), ("README.id.md", ",")])
def test_a_readme_quotes_what_was_measured(document: str, point: str) -> None:
    values = report.values_of(report.kept())
    section = (ROOT / document).read_text().partition("`make bench`")[2].partition("\n## ")[0]
    told = [word.strip(",") for word in section.split() if word[0] == "0"]
    assert told == [f"{values[name]:.2f}".replace(".", point) for name in QUOTED]
