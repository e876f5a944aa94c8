"""`python -m ops`, against the deployed local stack."""

import boto3
import pytest
import requests
from botocore.stub import Stubber
from typer.testing import CliRunner, Result

from local.aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local.state import RunningStack
from ops.__main__ import app
from ops.deployment import DeploymentError, output

STACK = "finpay-payments-local"


@pytest.fixture(autouse=True)
def account(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach the local stack as an operator reaches AWS: by the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.aws_endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
    monkeypatch.setenv("AWS_DEFAULT_REGION", stack.region)


def create(storefront_id: str, *options: str, stack: str = STACK) -> Result:
    given = ["--stack", stack, "--origin", "https://toko.example", *options]
    return CliRunner().invoke(app, ["storefront", "create", storefront_id, *given])


def test_the_key_of_a_new_storefront_is_let_in(stack: RunningStack) -> None:
    result = create("operator-1")
    assert result.exit_code == 0, result.output
    headers = {"Authorization": f"Bearer {result.output.strip()}"}
    answer = requests.get(f"{stack.api_url}/payments/unknown", headers=headers, timeout=40)
    assert answer.status_code == 404


def test_a_region_may_be_given(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert create("operator-2", "--region", stack.region).exit_code == 0


def test_a_missing_region_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    result = create("operator-3")
    assert (result.exit_code, result.output) == (1, "Not done: You must specify a region.\n")


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
    assert len(result.output.splitlines()) == 1


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
            output(client, "other", "StorefrontsTableName")
