"""A Finpay that fails, and what its circuits are like, as seen through the handlers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError

from payments.domain.transition_table import Status
from payments.finpay.circuit_breaker import FAILURES, RECOVERY_SECONDS
from testing.builders import make_initiate_event, make_payment, make_request_body
from testing.service import Answer, Service


def ask(service: Service, order_id: str, storefront: str = "demo") -> Answer:
    """A storefront asks for a payment code."""
    return service.api(make_initiate_event(make_request_body(id=order_id), storefront=storefront))


def ask_elsewhere(service: Service, order_id: str, storefront: str = "demo") -> Answer:
    """The same of another container: the circuit breaker tells containers apart by thread."""
    service.restart()
    with ThreadPoolExecutor(1) as other:
        return other.submit(ask, service, order_id, storefront).result()


def fail(
    service: Service,
    times: int = FAILURES,
    kind: str = "error-500",
    storefront: str = "demo",
) -> None:
    """Let so many of a storefront's initiates fail, each of an order of its own."""
    before = len(service.rows())
    for n in range(times):
        service.fault("initiate", kind)
        assert ask(service, f"FAILED-{before + n}", storefront).problem == "outcome-unknown"
    service.witness.calls.clear()


def fail_checks(service: Service, times: int = FAILURES, kind: str = "error-504") -> None:
    """Let so many status syncs fail, each of a payment of its own."""
    for n in range(times):
        make_due(service, f"UNSEEN-{n}")
        service.fault("check", kind)
    assert service.enqueue_syncs() == times
    service.run_syncs()
    assert service.witness.calls.count("check") == times
    service.witness.calls.clear()


def make_due(service: Service, order_id: str = "DUE-1") -> None:
    """A payment whose status sync is due, also by a clock that AWS has set right to the second."""
    due_at = service.clock() - 2_000
    service.put(make_payment(order_id=order_id, status=Status.PENDING, next_sync_at=due_at))


@contextmanager
def refusing(service: Service, operation: str) -> Iterator[None]:
    """Let the table of circuits refuse an operation."""

    def throttle(request: AWSPreparedRequest, **_: object) -> None:
        if "CircuitsTable" in str(request.body):
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, operation)

    events, name = service.client("dynamodb").meta.events, f"before-send.dynamodb.{operation}"
    events.register_first(name, throttle)
    yield
    events.unregister(name, throttle)


def circuits(service: Service) -> dict[str, dict[str, Any]]:
    """The rows that all functions share, by the circuit's name."""
    return {row["id"]["S"]: row for row in service.rows("CircuitsTable")}


def states(service: Service) -> dict[str, str]:
    return {name: row["state"]["S"] for name, row in circuits(service).items()}


def pass_seconds(service: Service, seconds: int = RECOVERY_SECONDS) -> None:
    """Time passes, and no container remembers what it read before."""
    service.pass_time(seconds * 1000)
    service.restart()
