"""Sends the simulated callbacks in the queue of test mode."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import bootstrap
from payments.test_mode.simulated_callback_queue import read_simulated_callback


@bootstrap.instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda's signature
    """Send the one simulated callback of the batch; SQS delivers it again if this fails."""
    deps = bootstrap.dependencies()
    # Raises SettingsError in a live deployment, before the message is read.
    send = deps.send_simulated_callback
    for record in event["Records"]:
        callback = read_simulated_callback(record["body"])
        with deps.telemetry.job("test outcome"):
            deps.telemetry.add_fields(order_id=callback.order_id, status=callback.status)
            deps.telemetry.add_fields(answered=send(callback))
