"""`python -m ops dead-letters`: what was put aside after all attempts, and trying it again."""

from typing import Annotated

import typer

from ops import dead_letters, looks, webhooks
from ops.commands.invocation import TO_LOOK_AT, AsJson, Region, Stack, deployed, tell
from ops.dead_letters import DeadLetters, Letter, Queue
from ops.deployment import Deployment
from ops.errors import NothingThere
from ops.progress import progress
from ops.stream_letters import StreamLetters
from payments.event_queue import read_event
from payments.look_queue import read_look

app = typer.Typer(no_args_is_help=True, help="What was put aside after all attempts.")

Which = Annotated[Queue | None, typer.Option("--queue", help="One of the queues.")]


@app.command()
def show(
    stack: Stack, which: Which = None, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Print what is in the queues of dead letters, one on a line; it stays there."""
    with deployed(stack, region) as deployment, progress("Reading the queues"):
        letters = [one for queue in _queues(deployment, which) for one in queue.show()]
        lines = [*map(Letter.line, letters), f"{len(letters)} put aside"]
        tell({"letters": list(map(Letter.as_json, letters))}, lines, as_json=as_json)


@app.command()
def redrive(
    stack: Stack, which: Which = None, region: Region = None, *, as_json: AsJson = False
) -> None:
    """Try again: webhooks with all attempts, looks at once, changes as the stream still has them.

    Exits with 3 if something could not be tried again; it stays where it is.
    """
    with deployed(stack, region) as deployment, progress("Trying again") as seen:
        done, left = list[Letter](), list[tuple[Letter, str]]()
        for queue in _queues(deployment, which):
            kept: list[Letter] = []
            for letter in queue.take():
                try:
                    _again(deployment, letter)
                except NothingThere as error:
                    left.append((letter, f"{error}; {error.next_step}"))
                    kept.append(letter)
                    continue
                queue.drop(letter)
                done.append(letter)
                seen(len(done))
            queue.let_go(kept)
        lines = [f"Again  {one.line()}" for one in done]
        lines += [f"Left   {one.line()}  {why}" for one, why in left]
        document = {
            "again": [one.as_json() for one in done],
            "left": [one.as_json() | {"why": why} for one, why in left],
        }
        tell(document, [*lines, f"{len(done)} tried again, {len(left)} left"], as_json=as_json)
    if left:
        raise typer.Exit(TO_LOOK_AT)


def _queues(deployment: Deployment, which: Queue | None) -> list[DeadLetters]:
    client = deployment.session.client("sqs")
    return [
        DeadLetters(client, deployment.output(name), queue)
        for queue, name in dead_letters.OUTPUTS.items()
        if which in {None, queue}
    ]


def _again(deployment: Deployment, letter: Letter) -> None:
    """Have done once more what the letter stands for; raises NothingThere."""
    if "unreadable" in letter.about:
        raise NothingThere("it is no message of this service's", "delete it with the AWS console")
    match letter.queue:
        case Queue.LOOKS:
            # The time in it is over: the payment has another one by now.
            looks.of(deployment).queue_now(read_look(letter.body)[0])
        case Queue.WEBHOOKS:
            webhooks.of(deployment).queue.send([read_event(letter.body)])
        case Queue.STREAM:
            queue = webhooks.of(deployment).queue
            StreamLetters(deployment.untyped("dynamodbstreams"), queue).tell(letter)
