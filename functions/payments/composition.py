"""The composition root: builds the real things, once for each container.

Each function imports only what it uses, hence the imports inside the functions below: a callback
must not wait for pydantic and requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from payments import clock, ids, settings

if TYPE_CHECKING:
    from payments.initiate import Initiate
    from payments.ports import CredentialSource, PaymentStore
    from payments.receive_callback import ReceiveCallback
    from payments.storefronts import Storefronts
    from payments.telemetry import Telemetry

# Three times 2.5 s, and the SDK's pauses of up to 1 s and 2 s between: 10.5 s at the very worst.
_AWS = Config(
    connect_timeout=1, read_timeout=1.5, retries={"mode": "standard", "total_max_attempts": 3}
)


@dataclass(frozen=True, slots=True)
class StorefrontApi:
    """What the storefront routes work with."""

    initiate: Initiate
    payments: PaymentStore
    credentials: CredentialSource
    settings: settings.StorefrontApiSettings
    telemetry: Telemetry


@dataclass(frozen=True, slots=True)
class FinpayCallback:
    """What the callback route works with."""

    receive: ReceiveCallback
    telemetry: Telemetry


@cache
def storefront_api() -> StorefrontApi:
    """Build what storefront_api needs."""
    from payments.credentials import SecretCredentials
    from payments.gateway import FinpayGateway
    from payments.initiate import Initiate
    from payments.store import DynamoPayments
    from payments.telemetry import Telemetry

    config, telemetry = settings.storefront_api(), Telemetry()
    payments = DynamoPayments(boto3.client("dynamodb", config=_AWS), config.payments_table)
    secrets = boto3.client("secretsmanager", config=_AWS)
    credentials = SecretCredentials(secrets, config.finpay_secret, clock.now)
    gateway = FinpayGateway(config.finpay_base_url, credentials, clock.now, telemetry.gateway_call)
    initiate = Initiate(payments, gateway, clock.now, ids.new_id)
    return StorefrontApi(initiate, payments, credentials, config, telemetry)


@cache
def finpay_callback() -> FinpayCallback:
    """Build what finpay_callback needs."""
    from payments.credentials import CURRENT, PREVIOUS, SecretCredentials
    from payments.receive_callback import ReceiveCallback
    from payments.settle import Settle
    from payments.store import DynamoPayments, DynamoQuarantine
    from payments.telemetry import Telemetry

    config = settings.finpay_callback()
    client = boto3.client("dynamodb", config=_AWS)
    payments = DynamoPayments(client, config.payments_table)
    quarantine = DynamoQuarantine(client, config.quarantine_table, clock.now)
    settle = Settle(payments, quarantine, clock.now, ids.new_id)
    secrets = boto3.client("secretsmanager", config=_AWS)
    # Codes issued before a rotation are called back at URLs made with the key of then.
    stages = (CURRENT, PREVIOUS)
    credentials = SecretCredentials(secrets, config.finpay_secret, clock.now, stages)
    return FinpayCallback(ReceiveCallback(settle, quarantine, credentials), Telemetry())


@cache
def storefronts() -> Storefronts:
    """Build what storefront_auth needs."""
    from payments.storefronts import Storefronts

    return Storefronts(boto3.client("dynamodb", config=_AWS), settings.storefronts_table())
