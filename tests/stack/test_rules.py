"""The rules of template.yaml, as CloudFormation judges them before it makes anything."""

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from checks import sam
from local.aws import Aws
from local.state import RunningStack

LIVE, DEVELOPMENT = "https://live.finnet.co.id", "https://devo.finnet.co.id"
SIMULATOR = "http://127.0.0.1:8090"


@pytest.fixture
def aws(stack: RunningStack) -> Aws:
    return Aws(stack.aws_endpoint, stack.region)


def make_stack(aws: Aws, **parameters: str) -> None:
    """A stack with the parameters and rules of template.yaml and next to nothing in it."""
    whole = sam.transformed(sam.TEMPLATE.read_text())
    template: dict[str, Any] = {part: whole[part] for part in ("Parameters", "Rules")}
    template["Resources"] = {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
    client, name = aws.cloudformation(), f"rules-{uuid.uuid4().hex}"
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
    )
    client.delete_stack(StackName=name)


@pytest.mark.extended
@pytest.mark.parametrize(
    "parameters",
    [
        {"Stage": "prod", "FinpayBaseUrl": LIVE},
        {"Stage": "dev", "FinpayBaseUrl": DEVELOPMENT},
        {"Stage": "local", "FinpayBaseUrl": SIMULATOR, "WebhookTargets": "loopback"},
        {"Stage": "local", "CallbackBaseUrl": "http://127.0.0.1:8080"},
        {"Stage": "dev", "CallbackBaseUrl": "https://pay.example/finpay"},
    ],
)
def test_what_belongs_together_is_deployed(aws: Aws, parameters: dict[str, str]) -> None:
    make_stack(aws, **parameters)


@pytest.mark.extended
@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"Stage": "prod", "FinpayBaseUrl": DEVELOPMENT}, "With Stage prod, FinpayBaseUrl"),
        ({"Stage": "prod", "FinpayBaseUrl": SIMULATOR}, "With Stage prod, FinpayBaseUrl"),
        ({"Stage": "dev", "FinpayBaseUrl": LIVE}, "With Stage dev, FinpayBaseUrl"),
        ({"Stage": "dev", "FinpayBaseUrl": SIMULATOR}, "With Stage dev, FinpayBaseUrl"),
        (
            {"Stage": "prod", "FinpayBaseUrl": LIVE, "WebhookTargets": "loopback"},
            "With Stage prod, WebhookTargets",
        ),
        ({"Stage": "prod", "FinpayBaseUrl": "http://live.finnet.co.id"}, "FinpayBaseUrl"),
        ({"Stage": "local", "FinpayBaseUrl": "http://10.0.0.1:8090"}, "FinpayBaseUrl"),
        ({"Stage": "dev", "CallbackBaseUrl": "http://pay.example"}, "CallbackBaseUrl"),
    ],
)
def test_what_does_not_belong_together_never_gets_as_far_as_a_change_set(
    aws: Aws, parameters: dict[str, str], why: str
) -> None:
    with pytest.raises(ClientError, match=why):
        make_stack(aws, **parameters)
