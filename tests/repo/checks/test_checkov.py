"""What checkov says is taken for what it is."""

from typing import Any

from checks import checkov

CHECK = {"check_id": "CKV_1", "check_name": "All is well", "resource": "Notify"}


def report(passed: int = 1, parsing_errors: int = 0, **results: Any) -> dict[str, Any]:
    summary = {"passed": passed, "parsing_errors": parsing_errors}
    return {"results": results, "summary": summary}


def test_a_file_in_which_everything_passed_has_no_problems() -> None:
    assert checkov.problems(report()) == []


def test_a_failed_check_is_a_problem() -> None:
    assert checkov.problems(report(failed_checks=[CHECK])) == ["CKV_1 All is well: Notify"]


def test_a_skip_needs_a_reason() -> None:
    skipped = CHECK | {"check_result": {"suppress_comment": "No comment provided"}}
    assert checkov.problems(report(skipped_checks=[skipped])) == [
        "CKV_1 is skipped without a reason: Notify"
    ]
    skipped = CHECK | {"check_result": {"suppress_comment": "It has no such thing"}}
    assert checkov.problems(report(skipped_checks=[skipped])) == []


def test_a_file_that_was_not_read_is_a_problem() -> None:
    assert checkov.problems({"passed": 0, "failed": 0}) == ["not read"]
    assert checkov.problems(report(passed=0)) == ["not read"]
    assert checkov.problems(report(parsing_errors=1)) == ["not read"]
