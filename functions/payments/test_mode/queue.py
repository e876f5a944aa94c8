"""The queue of test mode: it holds each report back until its time has come."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from payments.aws.errors import translated
from payments.test_mode.simulated_callbacks import Scene

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class SqsScenes:
    """See simulated_callbacks.SceneQueue."""

    client: SQSClient
    url: str

    def send(self, scene: Scene, after: int) -> None:
        """Queue a scene that is to be acted out after so many seconds; raises Unavailable."""
        body = json.dumps(asdict(scene), separators=(",", ":"))
        with translated():
            self.client.send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=after)


def read_scene(body: str) -> Scene:
    """The scene in a message that `send` made."""
    return Scene(**json.loads(body))
