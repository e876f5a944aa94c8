"""The composition root: builds the dependencies of a function and their adapters.

`dependencies()` builds them at the first call in a container. Tests replace them with `replace`;
`reset` restores the real ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import get_session

from payments.dependencies import Adapters, Dependencies
from payments.domain import clock, ids

if TYPE_CHECKING:
    from botocore.session import Session

    from payments.finpay.http_transport import Transport
    from payments.webhooks.address_policy import Targets
    from payments.webhooks.interfaces import PostWebhook

# At most 10.5 s: three attempts of 2.5 s, and the SDK's waits of up to 1 s and 2 s between them.
# Parameter validation would take a tenth of a callback's own time, and a User-Agent that describes
# the environment half of that. AWS validates the parameters itself.
AWS_CONFIG = Config(
    connect_timeout=1,
    read_timeout=1.5,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
    user_agent="finpay-payments",
)


@cache
def aws_session() -> Session:
    """The botocore session, which caches the API descriptions for all clients.

    boto3's session wraps it and adds resources and transfers, which this service does not use.
    """
    return get_session()


def aws_client(service: str) -> Any:
    """A client of the AWS service with this name."""
    return aws_session().create_client(service, config=AWS_CONFIG)


def real_adapters() -> Adapters:
    """Adapters of AWS, and of HTTP to Finpay and to the storefronts."""

    def transport() -> Transport:
        from payments.finpay.http_transport import HttpTransport

        return HttpTransport(clock.now)

    def post(targets: Targets) -> PostWebhook:
        import ssl

        import certifi

        from payments.webhooks.http_sender import Post

        return Post(targets, ssl.create_default_context(cafile=certifi.where()), clock.now)

    return Adapters(aws_client, transport, post, clock.now, ids.new_id, random.random)


@cache
def _real_dependencies() -> Dependencies:
    return Dependencies(real_adapters())


class _Provider:
    """Holds the function that `dependencies` calls in this process."""

    provide: Callable[[], Dependencies] = staticmethod(_real_dependencies)


def dependencies() -> Dependencies:
    """The dependencies of the function in this container, built at the first call."""
    return _Provider.provide()


def replace(provide: Callable[[], Dependencies]) -> None:
    """Make `dependencies` return the result of `provide`. Only tests use it."""
    _Provider.provide = provide


def reset() -> None:
    """Undo `replace` and discard the dependencies that were built, as in a new container."""
    _Provider.provide = _real_dependencies
    _real_dependencies.cache_clear()
