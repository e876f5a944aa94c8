"""Clients of AWS services, with timeouts and retries; built when they are first used."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.session import get_session

if TYPE_CHECKING:
    from botocore.session import Session

# At most 10.5 s: three attempts of 2.5 s, and the SDK's waits of up to 1 s and 2 s between them.
# Parameter validation would take a tenth of a callback's own time, and a User-Agent that describes
# the environment half of that. AWS validates the parameters itself.
AWS_CONFIG = Config(
    connect_timeout=1,
    read_timeout=1.5,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,
    user_agent="finpay-payments",
)


@cache
def aws_session() -> Session:
    """The botocore session, which caches the API descriptions for all clients.

    boto3's session wraps it and adds resources and transfers, which this service does not use.
    """
    return get_session()


def aws_client(service: str) -> Any:
    """A client of the AWS service with this name."""
    return aws_session().create_client(service, config=AWS_CONFIG)
