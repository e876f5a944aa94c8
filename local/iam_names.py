"""Runs MiniStack and names IAM's actions as AWS does, where MiniStack names them after the calls.

On AWS the batch calls of SQS are allowed by the action of the single call, and there is no action
of their own to write into a policy. MiniStack 1.5.33 asks for `sqs:SendMessageBatch`, which
template.yaml could not allow without being wrong on AWS. Delete this the day it is not needed;
`tests/stack/test_recovery.py` fails while it is. `python -m ministack` is the same without it.

It is started as a file, in MiniStack's environment, which has nothing else of this project.
"""

from ministack import app as server
from ministack.core import iam_actions

_SAME_AS = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}


def install() -> None:
    """Let the batch calls be judged as the single ones."""
    named = iam_actions._action_from_target

    def action(headers: dict[str, str]) -> str | None:
        name = named(headers)
        return _SAME_AS.get(name, name) if name else None

    iam_actions._action_from_target = action


if __name__ == "__main__":
    install()
    server.main()
