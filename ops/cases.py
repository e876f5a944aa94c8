"""What can be the matter with a payment, and the form of an answer."""

from enum import StrEnum
from typing import NamedTuple


class Case(StrEnum):
    """What is the matter, in one word for machines."""

    WRONG_AMOUNT = "wrong-amount"
    REVIEW = "review"
    DECIDED = "decided"
    CALLBACK_LOST = "callback-lost"
    MONEY_BACK = "money-back"
    WEBHOOK_FAILING = "webhook-failing"
    WEBHOOK_OFF = "webhook-off"
    NOT_TOLD_YET = "not-told-yet"
    LOG_IS_OVER = "log-is-over"
    PAID_LATE = "paid-late"
    PAID = "paid"
    PAID_TWICE = "paid-twice"
    POSSIBLY_PAID_TWICE = "possibly-paid-twice"
    DISPUTED = "disputed"
    REFUND_UNEXPLAINED = "refund-unexplained"
    LEDGER_FULL = "ledger-full"
    FINPAY_DIFFERS = "finpay-differs"
    FINPAY_REFUSES = "finpay-refuses"
    FINPAY_SILENT = "finpay-silent"
    NOT_ASKED = "not-asked"
    NO_CODE_YET = "no-code-yet"
    NOT_PAID_YET = "not-paid-yet"
    TIME_IS_OVER = "time-is-over"
    CLOSED = "closed"


class Diagnosis(NamedTuple):
    """One plain sentence, and the words of the command to run next."""

    case: Case
    sentence: str
    next: str
