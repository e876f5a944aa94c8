"""The deployment's settings. The only module that reads the environment, and never at import."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StorefrontApiSettings:
    """Of the function that storefronts call."""

    payments_table: str
    finpay_secret: str
    finpay_base_url: str
    callback_base_url: str
    sources_of_funds: frozenset[str]


@dataclass(frozen=True, slots=True)
class FinpayCallbackSettings:
    """Of the function that Finpay calls."""

    payments_table: str
    quarantine_table: str
    finpay_secret: str


def storefront_api() -> StorefrontApiSettings:
    """Read from the environment as template.yaml sets it."""
    return StorefrontApiSettings(
        payments_table=os.environ["PAYMENTS_TABLE"],
        finpay_secret=os.environ["FINPAY_SECRET"],
        finpay_base_url=os.environ["FINPAY_BASE_URL"],
        callback_base_url=os.environ["CALLBACK_BASE_URL"],
        sources_of_funds=frozenset(os.environ["SOURCES_OF_FUNDS"].split(",")),
    )


def finpay_callback() -> FinpayCallbackSettings:
    """Read from the environment as template.yaml sets it."""
    return FinpayCallbackSettings(
        payments_table=os.environ["PAYMENTS_TABLE"],
        quarantine_table=os.environ["QUARANTINE_TABLE"],
        finpay_secret=os.environ["FINPAY_SECRET"],
    )


def storefronts_table() -> str:
    """The authorizer's only setting."""
    return os.environ["STOREFRONTS_TABLE"]


def is_traced() -> bool:
    """Whether Lambda samples the invocation that is running."""
    return "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")
