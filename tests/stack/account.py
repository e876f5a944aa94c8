"""How an operator reaches the local stack: as he reaches AWS, by the environment."""

import pytest

from local.aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local.state import RunningStack

STACK = "finpay-payments-local"


def account_of(stack: RunningStack) -> dict[str, str]:
    """The variables that he has set; commands find the stack by them too."""
    return {
        "FINPAY_STACK": STACK,
        "AWS_ENDPOINT_URL": stack.aws_endpoint,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": stack.region,
    }


@pytest.fixture
def account(stack: RunningStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's environment, in this process."""
    for name, value in account_of(stack).items():
        monkeypatch.setenv(name, value)
