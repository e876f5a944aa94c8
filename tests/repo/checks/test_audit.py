"""A pin that could not be looked up is never called clean."""

from pathlib import Path
from typing import Any

import pytest

from checks import audit, pins


def report(**told: Any) -> dict[str, Any]:
    return {"dependencies": [{"name": name, **what} for name, what in told.items()]}


CLEAN = {"version": "1", "vulns": []}
SKIPPED = {"skip_reason": "not found"}
VULNERABLE = {"version": "1", "vulns": [{"id": "CVE-1"}, {"id": "CVE-2"}]}


def test_a_pin_that_was_skipped_or_never_mentioned_is_told_as_not_looked_up() -> None:
    judged = audit.judge(report(a=CLEAN, b=SKIPPED), {"a", "b", "c"})
    assert judged == audit.Audit(looked_up=1, unknown=["b", "c"], vulnerable=[])


def test_a_finding_is_told_with_its_version_and_names() -> None:
    judged = audit.judge(report(a=VULNERABLE), {"a"})
    assert judged.vulnerable == ["a 1: CVE-1, CVE-2"]


def test_names_are_compared_as_the_index_does() -> None:
    assert audit.judge(report(Typing_Extensions=CLEAN), {"typing-extensions"}).unknown == []


@pytest.mark.parametrize(
    ("result", "usual", "strict"),
    [
        (audit.Audit(3, [], []), 0, 0),
        (audit.Audit(2, ["a"], []), 0, 1),
        (audit.Audit(3, [], ["b 1: CVE-1"]), 1, 1),
    ],
)
def test_strictly_a_pin_that_is_not_known_fails_too(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    result: audit.Audit,
    usual: int,
    strict: int,
) -> None:
    def always(lock: Path) -> audit.Audit:
        assert lock.exists()
        return result

    monkeypatch.setattr(audit, "audit", always)
    assert audit.main(strict=False) == usual
    assert audit.main(strict=True) == strict
    out = capsys.readouterr().out
    assert out.count(f"{len(result.unknown)} pins could not be looked up") == 2 * len(pins.LOCKS)
