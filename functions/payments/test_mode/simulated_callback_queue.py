"""The queue of test mode, which delays each simulated callback until it is due."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from payments.aws.sdk_errors import translated
from payments.test_mode.simulated_callbacks import SimulatedCallback

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class SqsSimulatedCallbacks:
    """A simulated_callbacks.SimulatedCallbackQueue on SQS."""

    client: SQSClient
    url: str

    def send(self, callback: SimulatedCallback, after: int) -> None:
        """Queue a callback to be sent after `after` seconds; raises Unavailable."""
        body = json.dumps(asdict(callback), separators=(",", ":"))
        with translated():
            self.client.send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=after)


def read_simulated_callback(body: str) -> SimulatedCallback:
    """The callback in the body of a message that `send` queued."""
    return SimulatedCallback(**json.loads(body))
