"""The queue of test mode calls this, and a test payment gets the report that was asked for."""

from typing import Any

from payments import bootstrap
from payments.observability.tracing import span
from payments.test_mode.queue import read_scene


def lambda_handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 - Lambda's signature
    """Act out the one scene of the batch; if it fails, the queue brings it again."""
    mode = bootstrap.dependencies()
    act_out = mode.act_out  # refuses where money is taken, before anything is read
    for record in event["Records"]:
        scene = read_scene(record["body"])
        with mode.telemetry.job("test outcome"), span("test outcome", order_id=scene.order_id):
            mode.telemetry.note(order_id=scene.order_id, status=scene.status)
            mode.telemetry.note(answered=act_out(scene))
