"""`python -m ops`, against the deployed local stack."""

import base64
import json
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from typer.testing import CliRunner, Result

from local.state import RunningStack
from ops.__main__ import app
from ops.deployment import DeploymentError, describe
from payments.domain import clock
from payments.storefronts.storefront_item import encryption_context
from payments.storefronts.webhook_endpoints import DynamoReceivers
from testing.registry import registry_of
from tests.functional.ops.told import NO_REGION
from tests.stack.account import STACK

pytestmark = pytest.mark.usefixtures("account")


def run(*arguments: str, stack: str = STACK) -> Result:
    return CliRunner().invoke(app, ["storefront", *arguments, "--stack", stack])


def create(storefront_id: str, *options: str, stack: str = STACK) -> Result:
    return run("create", storefront_id, "--origin", "https://toko.example", *options, stack=stack)


def made(result: Result) -> Any:
    """What a command with --json made."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def ask(stack: RunningStack, key: str) -> int:
    """The status of an unknown payment: 404 for a storefront, 401 for nobody."""
    headers = {"Authorization": f"Bearer {key}"}
    return requests.get(
        f"{stack.api_url}/payments/unknown", headers=headers, timeout=40
    ).status_code


def test_the_key_of_a_new_storefront_is_let_in(stack: RunningStack) -> None:
    assert ask(stack, made(create("operator-1", "--json"))["apiKey"]) == 404


def test_a_key_that_was_replaced_is_not_let_in_and_the_new_one_is(stack: RunningStack) -> None:
    old = made(create("operator-6", "--json"))["apiKey"]
    new = made(run("rotate-key", "operator-6", "--overlap-hours", "0", "--json"))["apiKey"]
    assert (ask(stack, old), ask(stack, new)) == (401, 404)


def test_both_keys_are_let_in_during_a_rotation(stack: RunningStack) -> None:
    old = made(create("operator-7", "--json"))["apiKey"]
    new = made(run("rotate-key", "operator-7", "--json"))["apiKey"]
    assert (ask(stack, old), ask(stack, new)) == (404, 404)
    assert "two are alive already" in run("rotate-key", "operator-7").output


def test_a_disabled_storefront_is_not_let_in(stack: RunningStack) -> None:
    key = made(create("operator-8", "--json"))["apiKey"]
    assert run("disable", "operator-8").exit_code == 0
    assert ask(stack, key) == 401


def test_webhook_secrets_are_sealed_by_the_deployed_key_for_their_storefront(
    stack: RunningStack,
) -> None:
    first = made(create("operator-9", "--json"))["webhookSecret"]
    create("operator-10")
    second = made(run("rotate-webhook-secret", "operator-9", "--json"))["webhookSecret"]
    aws, table = stack.aws, stack.outputs["StorefrontsTableName"]
    receivers = DynamoReceivers(aws.dynamodb(), aws.kms(), table, clock.now)
    receiver = receivers.of("operator-9")
    assert receiver
    shown = [f"whsec_{base64.b64encode(one).decode()}" for one in receiver.secrets]
    assert shown == [second, first]
    registry = registry_of(stack)
    (found,) = [one for one in registry.all() if one.storefront_id == "operator-9"]
    sealed = found.webhook_secrets[0].sealed
    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        aws.kms().decrypt(
            CiphertextBlob=sealed, EncryptionContext=encryption_context("operator-10")
        )


def test_an_endpoint_that_is_gone_is_noted_and_forgotten(stack: RunningStack) -> None:
    create("operator-11")
    aws, table = stack.aws, stack.outputs["StorefrontsTableName"]
    receivers = DynamoReceivers(aws.dynamodb(), aws.kms(), table, clock.now)
    for _ in range(2):
        receivers.disable("operator-11", "0" * 64)
    receivers.disable("nobody", "0" * 64)
    assert run("enable-webhooks", "operator-11").output == "1\n"
    assert run("enable-webhooks", "operator-11").output == "0\n"
    assert run("enable-webhooks", "nobody").exit_code == 1


def test_the_storefronts_are_listed(stack: RunningStack) -> None:
    listed = run("list").output.splitlines()
    assert [line for line in listed if line.startswith(f"{stack.storefront_id}  enabled")]


def test_a_region_may_be_given(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert create("operator-2", "--region", stack.region).exit_code == 0


def test_a_missing_region_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    result = create("operator-3")
    assert (result.exit_code, result.output) == (1, NO_REGION)


@pytest.mark.parametrize(
    ("storefront_id", "stack_name", "why"),
    [
        ("operator-4", "missing", "stack missing cannot be read"),
        ("To_ko", STACK, "a storefront id is 1 to 32"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    storefront_id: str, stack_name: str, why: str
) -> None:
    result = create(storefront_id, stack=stack_name)
    assert result.exit_code == 1
    assert result.output.startswith(f"Not done: {why}")
    _, *following = result.output.splitlines()
    assert [one.partition(": ")[0] for one in following] in ([], ["Next"])


def test_a_storefront_is_not_registered_twice() -> None:
    create("operator-5")
    result = create("operator-5")
    assert result.exit_code == 1
    assert result.output == "Not done: storefront operator-5 exists already\n"


def test_a_stack_of_another_service_is_recognised() -> None:
    client = boto3.client("cloudformation")
    with Stubber(client) as stubber:
        found = {"StackName": "other", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE"}
        stubber.add_response("describe_stacks", {"Stacks": [found]})
        with pytest.raises(DeploymentError, match="has no output StorefrontsTableName"):
            describe(client, "other").output("StorefrontsTableName")
