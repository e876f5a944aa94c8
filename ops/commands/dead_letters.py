"""`python -m ops dead-letters`: what was put aside after all attempts, and trying it again."""

from typing import Annotated

import typer

from ops.commands.invocation import TO_LOOK_AT, AsJson, Region, Stack, deployed, tell
from ops.dead_letter_messages import DeadLetterMessage, Queue
from ops.dead_letters import DeadLetters
from ops.deployment import Deployment
from ops.progress import progress
from ops.redrive import Redrive

app = typer.Typer(no_args_is_help=True, help="What was put aside after all attempts.")

Which = Annotated[Queue | None, typer.Option("--queue", help="One of the queues.")]


@app.command()
def show(
    stack: Stack, which: Which = None, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Print what is in the queues of dead letters, one on a line; it stays there."""
    with deployed(stack, region) as deployment, progress("Reading the queues"):
        messages = [one for queue in _queues(deployment, which) for one in queue.show()]
        lines = [*map(DeadLetterMessage.line, messages), f"{len(messages)} put aside"]
        tell({"messages": list(map(DeadLetterMessage.as_json, messages))}, lines, as_json=as_json)


@app.command()
def redrive(
    stack: Stack, which: Which = None, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Try again: webhooks with all attempts, looks at once, changes as the stream still has them.

    Exits with 3 if something could not be tried again; it stays where it is. Exits with 1 after an
    error of AWS, and prints what was done until then; the rest stays too.
    """
    with deployed(stack, region) as deployment:
        queues, again = _queues(deployment, which), Redrive.of(deployment)
        try:
            with progress("Trying again") as seen:
                for queue in queues:
                    again(queue, seen)
        finally:
            # After an error too: what was sent is sent.
            tell(again.as_json(), again.lines(), as_json=as_json)
    if again.left:
        raise typer.Exit(TO_LOOK_AT)


def _queues(deployment: Deployment, which: Queue | None) -> list[DeadLetters]:
    return [DeadLetters.of(deployment, one) for one in Queue if which in {None, one}]
