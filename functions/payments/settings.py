"""The settings of the deployment. Only this module reads the environment, never at import."""

import os
from typing import NamedTuple
from urllib.parse import urlsplit

WITHOUT_MONEY = frozenset({"devo.finnet.co.id", "127.0.0.1"})
"""Hosts of Finpay's sandbox and of the simulator. At any other host, money may move."""


class FinpaySettings(NamedTuple):
    """Settings of the functions that call Finpay."""

    finpay_secret: str
    finpay_base_url: str
    circuits_table: str
    key_overlap_days: int


class TableSettings(NamedTuple):
    """Settings of the functions that change payments."""

    payments_table: str
    quarantine_table: str


class RequestSettings(NamedTuple):
    """Settings of the function that serves the storefronts."""

    callback_base_url: str
    sources_of_funds: frozenset[str]
    simulated_callbacks_queue: str
    """The URL of the queue of test mode; empty without test mode, as in a live deployment."""


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
    """Whether the deployment is live, by its stage or Finpay's host. It then has no test mode."""
    host = urlsplit(os.environ["FINPAY_BASE_URL"]).hostname
    return os.environ["STAGE"] == "prod" or host not in WITHOUT_MONEY


class WebhookSettings(NamedTuple):
    """Settings of the function that delivers webhooks; `pauses` in seconds."""

    storefronts_table: str
    deliveries_table: str
    queue: str
    pauses: tuple[int, ...]
    only_loopback: bool


class SettingsError(Exception):
    """The deployment's settings contradict each other."""


def webhooks() -> WebhookSettings:
    """Read from the environment as template.yaml sets it.

    Raises SettingsError if the stage is prod and webhooks go to loopback addresses.
    """
    only_loopback = os.environ["WEBHOOK_TARGETS"] == "loopback"
    if only_loopback and os.environ["STAGE"] == "prod":
        raise SettingsError("a live deployment must deliver webhooks to public addresses only")
    return WebhookSettings(
        storefronts_table=os.environ["STOREFRONTS_TABLE"],
        deliveries_table=os.environ["DELIVERIES_TABLE"],
        queue=os.environ["WEBHOOKS_QUEUE"],
        pauses=tuple(map(int, os.environ["WEBHOOK_PAUSES"].split(","))),
        only_loopback=only_loopback,
    )


class TestModeSettings(NamedTuple):
    """Settings of the function that sends simulated callbacks."""

    finpay_secret: str
    only_loopback: bool


def test_mode() -> TestModeSettings:
    """Read from the environment as template.yaml sets it. Raises SettingsError if takes_money()."""
    if takes_money():
        raise SettingsError("a live deployment has no test mode")
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
    """The name of the storefronts table, which is the only setting of the authorizer."""
    return os.environ["STOREFRONTS_TABLE"]


def is_traced() -> bool:
    """Whether X-Ray samples the current invocation."""
    return "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")
