"""The reasons in docs/mutants.md, and how a mutant gets into a process."""

from pathlib import Path

import pytest

from checks.mutants import justified
from checks.mutants.mutant import Mutant, put_in
from payments.ledger import rupiah
from testing.template import ROOT

FILE = "functions/payments/ledger/rupiah.py"
DOCUMENT = f"""
### `{FILE}`

```diff
@@ read_rupiah
- return None
+ return 0
```
```diff
@@ module
- _LIMIT = 1
+ _LIMIT = 2
```

Nobody can tell.
"""


def make_mutant(old: str, new: str, function: str = "read_rupiah") -> Mutant:
    code = (ROOT / FILE).read_text().replace(old, new)
    return Mutant(FILE, code, function, in_body=True, lines=(9, 9), old=(old,), new=(new,))


def test_one_reason_may_stand_for_several_mutants(tmp_path: Path) -> None:
    document = tmp_path / "mutants.md"
    document.write_text(DOCUMENT)
    mutants = ("@@ read_rupiah\n- return None\n+ return 0", "@@ module\n- _LIMIT = 1\n+ _LIMIT = 2")
    assert justified.read(document) == {(FILE, one): "Nobody can tell." for one in mutants}


def test_a_mutant_without_a_reason_is_an_error(tmp_path: Path) -> None:
    document = tmp_path / "mutants.md"
    document.write_text(DOCUMENT.replace("Nobody can tell.", ""))
    with pytest.raises(ValueError, match="no reason"):
        justified.read(document)


def test_survivors_have_a_reason_or_not_and_a_reason_has_a_survivor_or_not() -> None:
    known, unknown = make_mutant("return None", "return 0"), make_mutant("return None", "return 1")
    reasons = dict.fromkeys(
        [justified.key_of(known), (FILE, "gone"), ("another.py", "not tried")], "Nobody can tell."
    )
    counted, without, stale = justified.split([known, unknown], reasons, [FILE])
    assert counted == {FILE: 1}
    assert without == [unknown]
    assert stale == [(FILE, "gone")]


def test_a_mutant_gets_into_a_function_that_is_imported_already(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rupiah.read_rupiah, "__code__", rupiah.read_rupiah.__code__)
    assert rupiah.read_rupiah("x") is None
    assert put_in(make_mutant("return None", "return 7"))
    assert rupiah.read_rupiah("x") == 7


def test_a_mutant_of_a_function_that_is_not_there_does_not_get_in() -> None:
    assert not put_in(make_mutant("return None", "return 7", "nobody"))
