"""The composition root: where a container gets its dependencies and its way to the outside world.

`dependencies()` is built at the first call in a container. Tests replace it by `replace`, and
`reset` goes back to the real one.
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

    from payments.finpay.transport import Transport
    from payments.webhooks.address_policy import Targets
    from payments.webhooks.ports import PostWebhook

# Three times 2.5 s, and the SDK's pauses of up to 1 s and 2 s between: 10.5 s at most.
# The SDK's check of parameters takes a tenth of a callback's own time, and a User-Agent that
# describes the machine half of that. AWS checks the parameters itself.
AWS_CONFIG = Config(
    connect_timeout=1,
    read_timeout=1.5,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
    user_agent="finpay-payments",
)


@cache
def aws_session() -> Session:
    """AWS's session, which keeps what it read of AWS's API descriptions for all clients.

    boto3's session has the same inside, with resources and transfers on top.
    """
    return get_session()


def aws_client(service: str) -> Any:
    """A client of an AWS service, by the service's name."""
    return aws_session().create_client(service, config=AWS_CONFIG)


def real_adapters() -> Adapters:
    """AWS, and HTTPS to Finpay and to shops."""

    def transport() -> Transport:
        from payments.finpay.transport import HttpTransport

        return HttpTransport(clock.now)

    def post(targets: Targets) -> PostWebhook:
        import ssl

        import certifi

        from payments.webhooks.sender import Post

        return Post(targets, ssl.create_default_context(cafile=certifi.where()), clock.now)

    return Adapters(aws_client, transport, post, clock.now, ids.new_id, random.random)


@cache
def _real() -> Dependencies:
    return Dependencies(real_adapters())


class _Container:
    """What `dependencies` returns in this process."""

    provide: Callable[[], Dependencies] = staticmethod(_real)


def dependencies() -> Dependencies:
    """What the function in this container works with; built at the first call."""
    return _Container.provide()


def replace(provide: Callable[[], Dependencies]) -> None:
    """Let `dependencies` return what `provide` returns: the one seam for tests."""
    _Container.provide = provide


def reset() -> None:
    """Undo `replace`, and forget what was built, as a new container does."""
    _Container.provide = _real
    _real.cache_clear()
