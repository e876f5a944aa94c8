"""Sends the simulated callbacks in the queue of test mode."""

from typing import Any

from payments import bootstrap
from payments.observability.tracing import span
from payments.test_mode.simulated_callback_queue import read_simulated_callback


def lambda_handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 - Lambda's signature
    """Send the one simulated callback of the batch; SQS delivers it again if this fails."""
    deps = bootstrap.dependencies()
    # Raises SettingsError in a live deployment, before the message is read.
    send = deps.send_simulated_callback
    for record in event["Records"]:
        callback = read_simulated_callback(record["body"])
        with deps.telemetry.job("test outcome"), span("test outcome", order_id=callback.order_id):
            deps.telemetry.add_fields(order_id=callback.order_id, status=callback.status)
            deps.telemetry.add_fields(answered=send(callback))
