"""Errors become problem documents; one that is an operator's affair is a failure of ours."""

import pytest

from payments.api.problems import internal_error, problem
from payments.domain.errors import NothingToDecide, OrderMismatch, PaymentError, PaymentInProgress


@pytest.mark.parametrize("error", [NothingToDecide("PAID"), OrderMismatch("A-1")])
def test_an_error_that_has_no_status_is_a_500_and_quotes_nothing(error: PaymentError) -> None:
    response, expected = problem(error), internal_error()
    assert (response.status_code, response.body) == (expected.status_code, expected.body)


def test_an_error_that_passes_says_when_to_come_back() -> None:
    assert problem(PaymentInProgress(7)).headers["retry-after"] == "7"
