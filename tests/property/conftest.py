"""The real handlers for those tests that go through them."""

from testing.fixtures import (
    account,
    aws,
    dynamodb,
    no_container,
    one_finpay,
    pending,
    service,
)

__all__ = ["account", "aws", "dynamodb", "no_container", "one_finpay", "pending", "service"]
