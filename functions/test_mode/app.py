"""The queue of test mode calls this, and a test payment gets the report that was asked for."""

from typing import Any

from payments import bootstrap
from payments.observability.tracing import span
from payments.test_mode.queue import read_simulated_callback


def lambda_handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 - Lambda's signature
    """Send the one simulated callback of the batch; SQS delivers it again if this fails."""
    mode = bootstrap.dependencies()
    # Raises SettingsError on a deployment that takes money, before anything is read.
    send = mode.send_simulated_callback
    for record in event["Records"]:
        callback = read_simulated_callback(record["body"])
        with mode.telemetry.job("test outcome"), span("test outcome", order_id=callback.order_id):
            mode.telemetry.note(order_id=callback.order_id, status=callback.status)
            mode.telemetry.note(answered=send(callback))
