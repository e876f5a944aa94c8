"""The composition root: builds the dependencies of a function and their adapters.

`dependencies()` builds them at the first call in a container. Tests replace them with `replace`;
`reset` restores the real ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from payments.aws.aws_clock import AwsClock
from payments.aws.clients import aws_client
from payments.dependencies import Dependencies
from payments.domain import clock, ids
from payments.shared_dependencies import Adapters

if TYPE_CHECKING:
    from payments.finpay.http_transport import Transport
    from payments.side_by_side import SideBySide
    from payments.webhooks.address_policy import AddressPolicy
    from payments.webhooks.interfaces import WebhookSender


def real_adapters() -> Adapters:
    """Adapters of AWS, of HTTP to Finpay and to the storefronts, and of threads."""
    common_clock = AwsClock(clock.now)

    def client(service: str) -> Any:
        return common_clock.watch(aws_client(service))

    def transport() -> Transport:
        from payments.finpay.http_transport import HttpTransport

        return HttpTransport(clock.now)

    def post(targets: AddressPolicy) -> WebhookSender:
        import ssl

        import certifi

        from payments.webhooks.http_sender import HttpSender

        return HttpSender(targets, ssl.create_default_context(cafile=certifi.where()), clock.now)

    def side_by_side() -> SideBySide:
        from payments.observability.tracing import continued
        from payments.side_by_side import in_threads

        def run[T, R](
            work: Callable[[T], R], items: Sequence[T], width: int
        ) -> list[Callable[[], R]]:
            return in_threads(continued(work), items, width)

        return run

    return Adapters(client, transport, post, common_clock, ids.new_id, random.random, side_by_side)


@cache
def _real_dependencies() -> Dependencies:
    return Dependencies(real_adapters())


class _Provider:
    """Holds the function that `dependencies` calls in this process."""

    provide: Callable[[], Dependencies] = staticmethod(_real_dependencies)


def instrumented[**P, R](handler: Callable[P, R]) -> Callable[P, R]:
    """Decorate a Lambda handler with Powertools' Logger, Metrics and Tracer of its container."""

    @wraps(handler)
    def instrumented_handler(*args: P.args, **kwargs: P.kwargs) -> R:
        instrumented: Callable[P, R] = dependencies().instrument(handler)
        return instrumented(*args, **kwargs)

    return instrumented_handler


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
