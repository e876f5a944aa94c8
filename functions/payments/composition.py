"""The composition root: builds the real things, once for each container.

Each function imports only what it uses, hence the imports inside the functions below: a callback
must not wait for pydantic and requests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from payments import clock, ids, settings
from payments.credentials import SecretCredentials
from payments.store import DynamoPayments, DynamoQuarantine
from payments.telemetry import Telemetry

if TYPE_CHECKING:
    from payments.credentials import Credentials
    from payments.initiate import Initiate
    from payments.ports import PaymentStore
    from payments.receive_callback import ReceiveCallback
    from payments.storefronts import Storefronts

# Worst case 9 s for one call, within the patience of every caller; a healthy one takes 10 ms.
_AWS = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}
)


@dataclass(frozen=True, slots=True)
class StorefrontApi:
    """What the storefront routes work with."""

    initiate: Initiate
    payments: PaymentStore
    credentials: Callable[[], Credentials]
    settings: settings.StorefrontApiSettings
    telemetry: Telemetry


@dataclass(frozen=True, slots=True)
class FinpayCallback:
    """What the callback route works with."""

    receive: ReceiveCallback
    credentials: Callable[[], Credentials]
    telemetry: Telemetry


@cache
def storefront_api() -> StorefrontApi:
    """Build what storefront_api needs."""
    from payments.gateway import FinpayGateway, new_session
    from payments.initiate import Initiate

    config, telemetry = settings.storefront_api(), Telemetry()
    payments = DynamoPayments(boto3.client("dynamodb", config=_AWS), config.payments_table)
    credentials = _credentials(config.finpay_secret)
    gateway = FinpayGateway(
        new_session(), config.finpay_base_url, credentials, clock.now, telemetry.gateway_call
    )
    initiate = Initiate(payments, gateway, clock.now, ids.new_id)
    return StorefrontApi(initiate, payments, credentials, config, telemetry)


@cache
def finpay_callback() -> FinpayCallback:
    """Build what finpay_callback needs."""
    from payments.receive_callback import ReceiveCallback
    from payments.settle import Settle

    config = settings.finpay_callback()
    client = boto3.client("dynamodb", config=_AWS)
    payments = DynamoPayments(client, config.payments_table)
    quarantine = DynamoQuarantine(client, config.quarantine_table, clock.now)
    receive = ReceiveCallback(Settle(payments, quarantine, clock.now, ids.new_id), quarantine)
    return FinpayCallback(receive, _credentials(config.finpay_secret), Telemetry())


@cache
def storefronts() -> Storefronts:
    """Build what storefront_auth needs."""
    from payments.storefronts import Storefronts

    return Storefronts(boto3.client("dynamodb", config=_AWS), settings.storefronts_table())


def _credentials(secret_id: str) -> SecretCredentials:
    return SecretCredentials(boto3.client("secretsmanager", config=_AWS), secret_id)
