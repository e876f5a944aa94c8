"""Who runs a command: account, role and a digest of the session's name, never the name."""

import hashlib

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from ops.caller import identity
from testing.personal_data import marks

DIGEST = hashlib.sha256(marks.EMAIL.encode()).hexdigest()
ACCOUNT = "account 123456789012"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (f"assumed-role/Operators/{marks.EMAIL}", f"role Operators, session sha256:{DIGEST}"),
        (f"user/{marks.EMAIL}", f"user sha256:{DIGEST}"),
        (f"user/staff/jakarta/{marks.EMAIL}", f"user sha256:{DIGEST}"),
        (f"federated-user/{marks.EMAIL}", f"federated-user sha256:{DIGEST}"),
        ("root", "root"),
    ],
)
@pytest.mark.usefixtures("aws")
def test_a_name_that_may_be_an_address_is_told_by_its_digest(resource: str, expected: str) -> None:
    sts = boto3.client("sts")
    with Stubber(sts) as stub:
        arn = f"arn:aws:sts::123456789012:{resource}"
        answer = {"Account": "123456789012", "Arn": arn, "UserId": f"AROAEXAMPLE:{marks.EMAIL}"}
        stub.add_response("get_caller_identity", answer)
        assert identity(sts) == f"{ACCOUNT}, {expected}"


@pytest.mark.usefixtures("aws")
def test_a_refusal_of_aws_is_told_and_nobody_is_named() -> None:
    sts = boto3.client("sts")
    with Stubber(sts) as stub:
        stub.add_client_error("get_caller_identity", "ExpiredToken", marks.EMAIL)
        assert identity(sts) == "unknown: AWS STS refused to tell (ExpiredToken)"


@pytest.mark.usefixtures("aws")
def test_an_sts_that_is_not_there_is_told_and_nobody_is_named() -> None:
    sts = boto3.client("sts")

    def hang_up(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://sts.ap-southeast-3.amazonaws.com/")

    sts.meta.events.register_first("before-send.sts.GetCallerIdentity", hang_up)
    assert identity(sts) == "unknown: AWS STS did not answer (EndpointConnectionError)"
