"""The deployment's settings. The only module that reads the environment, and never at import."""

import os
from typing import NamedTuple
from urllib.parse import urlsplit

WITHOUT_MONEY = frozenset({"devo.finnet.co.id", "127.0.0.1"})
"""Hosts of Finpay's, or of who plays it, at which no money moves; any other may be the live one."""


class FinpaySettings(NamedTuple):
    """Of every function that asks Finpay."""

    finpay_secret: str
    finpay_base_url: str
    circuits_table: str
    key_overlap_days: int


class TableSettings(NamedTuple):
    """Of every function that settles payments."""

    payments_table: str
    quarantine_table: str


class RequestSettings(NamedTuple):
    """Of the function that takes storefronts' requests."""

    callback_base_url: str
    sources_of_funds: frozenset[str]
    simulated_callbacks_queue: str
    """The URL of the queue of test mode; empty where there is none, as where money is taken."""


def finpay() -> FinpaySettings:
    """Read from the environment as template.yaml sets it."""
    return FinpaySettings(
        finpay_secret=os.environ["FINPAY_SECRET"],
        finpay_base_url=os.environ["FINPAY_BASE_URL"],
        circuits_table=os.environ["CIRCUITS_TABLE"],
        key_overlap_days=int(os.environ["KEY_OVERLAP_DAYS"]),
    )


def tables() -> TableSettings:
    """Read from the environment as template.yaml sets it."""
    return TableSettings(
        payments_table=os.environ["PAYMENTS_TABLE"],
        quarantine_table=os.environ["QUARANTINE_TABLE"],
    )


def requests() -> RequestSettings:
    """Read from the environment as template.yaml sets it."""
    return RequestSettings(
        callback_base_url=os.environ["CALLBACK_BASE_URL"],
        sources_of_funds=frozenset(os.environ["SOURCES_OF_FUNDS"].split(",")),
        simulated_callbacks_queue="" if takes_money() else os.environ["SIMULATED_CALLBACKS_QUEUE"],
    )


def takes_money() -> bool:
    """Whether money may move here, by the stage or by whom it asks: then no payment is a test."""
    host = urlsplit(os.environ["FINPAY_BASE_URL"]).hostname
    return os.environ["STAGE"] == "prod" or host not in WITHOUT_MONEY


class WebhookSettings(NamedTuple):
    """Of the function that delivers webhooks; `pauses` in seconds."""

    storefronts_table: str
    deliveries_table: str
    queue: str
    pauses: tuple[int, ...]
    only_loopback: bool


class SettingsError(Exception):
    """The deployment's settings contradict each other."""


def webhooks() -> WebhookSettings:
    """Read from the environment as template.yaml sets it.

    Raises SettingsError where webhooks of a deployment for money could go anywhere but out.
    """
    only_loopback = os.environ["WEBHOOK_TARGETS"] == "loopback"
    if only_loopback and os.environ["STAGE"] == "prod":
        raise SettingsError("a deployment for money delivers webhooks to public addresses only")
    return WebhookSettings(
        storefronts_table=os.environ["STOREFRONTS_TABLE"],
        deliveries_table=os.environ["DELIVERIES_TABLE"],
        queue=os.environ["WEBHOOKS_QUEUE"],
        pauses=tuple(map(int, os.environ["WEBHOOK_PAUSES"].split(","))),
        only_loopback=only_loopback,
    )


class TestModeSettings(NamedTuple):
    """Of the function that sends simulated callbacks."""

    finpay_secret: str
    only_loopback: bool


def test_mode() -> TestModeSettings:
    """Read from the environment as template.yaml sets it; raises SettingsError where money is."""
    if takes_money():
        raise SettingsError("a deployment for money makes no test payments")
    return TestModeSettings(
        finpay_secret=os.environ["FINPAY_SECRET"],
        only_loopback=os.environ["WEBHOOK_TARGETS"] == "loopback",
    )


def webhooks_queue() -> str:
    """The URL of the queue of events."""
    return os.environ["WEBHOOKS_QUEUE"]


def sync_queue() -> str:
    """The URL of the queue of status syncs."""
    return os.environ["SYNC_QUEUE"]


def storefronts_table() -> str:
    """The authorizer's only setting."""
    return os.environ["STOREFRONTS_TABLE"]


def is_traced() -> bool:
    """Whether Lambda samples the invocation that is running."""
    return "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")
