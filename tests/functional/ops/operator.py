"""An operator: runs the commands on the service as the handlers' tests have it."""

import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
import requests
from typer.testing import CliRunner, Result

from ops.__main__ import app
from testing.builders import make_callback_body, make_callback_event, make_callback_fields
from testing.personal_data.watch import CHECK
from testing.service import NOBODY, Service
from testing.shop import Shop, open_shop
from tests.functional.ops.told import PARAMETERS, STACK, Outputs, tell_of


@dataclass
class Operator:
    """The operator, the service, and a shop that is told of its payments."""

    service: Service
    shop: Shop
    outputs: Outputs
    parameters: dict[str, str]

    def run(self, *arguments: str) -> Result:
        result = CliRunner().invoke(app, [*arguments, "--stack", STACK])
        assert isinstance(result.exception, SystemExit | None), result.exception
        CHECK.look("what a command printed", result.output)
        return result

    def json(self, *arguments: str, code: int = 0) -> Any:
        """What a command prints for machines, and nothing else on standard output."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def lines(self, *arguments: str, code: int = 0) -> list[str]:
        result = self.run(*arguments)
        assert result.exit_code == code, result.output
        return result.stdout.splitlines()

    def refused(self, *arguments: str) -> tuple[str, str]:
        """Why a command did nothing, and what it says to do next."""
        result = self.run(*arguments)
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        why, following = result.stderr.splitlines()
        return why.removeprefix("Not done: "), following.removeprefix("Next: ")

    def decide(self, verb: str, order_id: str, *, code: int = 0) -> list[str]:
        """Decide about the money of a payment as it is now."""
        version = str(self.service.payment(order_id).version)
        given = ("--version", version, "--reason", "the merchant agreed", "--yes")
        return self.lines("review", verb, order_id, *given, code=code)

    def fate(self, order_id: str, what: str = "pay", **body: Any) -> None:
        """What happens to an order at Finpay; its callback is lost."""
        url = f"{self.service.finpay.url}/_simulator/orders/{order_id}/{what}"
        answer = requests.post(url, json={"callback": "lose"} | body, timeout=5)
        assert answer.ok, answer.text

    def callback(self, order_id: str, **told: Any) -> None:
        body = make_callback_body(make_callback_fields(order_id, **told))
        assert self.service.callback(make_callback_event(body, order_id=order_id)).status == 200

    def forge(self, order_id: str) -> None:
        """A callback that says paid and is signed by somebody else."""
        body = make_callback_body(make_callback_fields(order_id), key="a guess")
        assert self.service.callback(make_callback_event(body, order_id=order_id)).status == 401

    def silence(self, times: int = 1) -> None:
        """Let Finpay hang up on status checks."""
        url = f"{self.service.finpay.url}/_simulator/faults"
        fault = {"endpoint": "check", "fault": "drop-before", "times": times}
        assert requests.post(url, json=fault, timeout=5).ok

    def rows(self) -> dict[str, Any]:
        """All that is stored, to see that something changed nothing."""
        tables = ("PaymentsTable", "QuarantineTable", "DeliveriesTable", "CircuitsTable")
        return {table: self.service.rows(table) for table in tables}

    def dead_letter(self, output: str, body: str) -> None:
        self.service.sqs.send_message(QueueUrl=self.outputs[output], MessageBody=body)


@pytest.fixture
def operator(
    service: Service, outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Operator]:
    """All clocks stand still; while the operator waits, they go on and status syncs run."""
    service.pass_time(0)
    with open_shop(service) as shop:
        queue = service.sqs.create_queue
        told = outputs | {
            "ApiUrl": NOBODY,
            "DeliveriesTableName": "DeliveriesTable",
            "CircuitsTableName": "CircuitsTable",
            "FinpaySecretArn": service.secret,
            "WebhooksQueueUrl": shop.queue_url,
            "WebhooksDeadLettersUrl": shop.dead_letters_url,
            "StatusSyncQueueUrl": service.sync_queue,
            "StatusSyncDeadLettersUrl": queue(QueueName="StatusSyncDeadLetters")["QueueUrl"],
            "StreamDeadLettersUrl": queue(QueueName="StreamDeadLetters")["QueueUrl"],
        }
        parameters = PARAMETERS | {"FinpayBaseUrl": service.finpay_url}
        tell_of(monkeypatch, told, parameters)

        def sleep(seconds: float) -> None:
            # The functions are elsewhere: what they write is no output of a command.
            with redirect_stdout(StringIO()) as written:
                service.run_syncs()
            CHECK.look("what a function wrote", written.getvalue())
            service.pass_time(round(seconds * 1000))

        monkeypatch.setattr("ops.status_syncs.sleep", sleep)
        yield Operator(service, shop, told, parameters)


@pytest.fixture
def second_attempt_operator(operator: Operator, renamed: object) -> Operator:  # noqa: ARG001 - what happened before
    """A operator where the sample payment's first order at Finpay was given up for another."""
    return operator
