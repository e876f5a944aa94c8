"""The composition root: builds the real things.

What is cached below is built once in a container, when its function is first invoked.
"""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import get_session

from payments import assembly, clock, ids, settings
from payments.containers import (
    FinpayCallback,
    Mode,
    Notify,
    PaymentStream,
    Reconcile,
    StorefrontApi,
)
from payments.parts import Parts, World

if TYPE_CHECKING:
    from botocore.session import Session

    from payments.exchange import Exchange
    from payments.ports import PostWebhook
    from payments.storefronts import Storefronts
    from payments.webhook_targets import Targets

# Three times 2.5 s, and the SDK's pauses of up to 1 s and 2 s between: 10.5 s at the very worst.
# AWS checks what it is sent; to check it here as well is a tenth of a callback's own time, and to
# tell AWS about this machine in a header, put together for each request, half of that.
AWS = Config(
    connect_timeout=1,
    read_timeout=1.5,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
    user_agent="finpay-payments",
)


@cache
def storefront_api() -> StorefrontApi:
    """What the function storefront_api works with."""
    return assembly.storefront_api(Parts(real_world()))


@cache
def finpay_callback() -> FinpayCallback:
    """What the function finpay_callback works with."""
    return assembly.finpay_callback(Parts(real_world()))


@cache
def reconcile() -> Reconcile:
    """What the function reconcile works with."""
    return assembly.reconcile(Parts(real_world()))


@cache
def payment_stream() -> PaymentStream:
    """What the function payment_stream works with."""
    return assembly.payment_stream(Parts(real_world()))


@cache
def notify() -> Notify:
    """What the function notify works with."""
    return assembly.notify(Parts(real_world()))


@cache
def test_mode() -> Mode:
    """What the function test_mode works with."""
    return assembly.test_mode(Parts(real_world()))


@cache
def storefronts() -> Storefronts:
    """What the function storefront_auth works with."""
    from payments.storefronts import Storefronts

    return Storefronts(_client("dynamodb"), settings.storefronts_table(), clock.now)


@cache
def session() -> Session:
    """AWS's session: what it has read it knows for all clients.

    It is what boto3's session has inside, without that one's resources and transfers.
    """
    return get_session()


def _client(service: str) -> Any:
    return session().create_client(service, config=AWS)


def real_world() -> World:
    """AWS, and Finpay over HTTPS."""

    def exchange() -> Exchange:
        from payments.exchange import HttpExchange

        return HttpExchange(clock.now)

    def post(targets: Targets) -> PostWebhook:
        import ssl

        import certifi

        from payments.webhook_post import Post

        return Post(targets, ssl.create_default_context(cafile=certifi.where()), clock.now)

    return World(_client, exchange, post, clock.now, ids.new_id, random.random)
