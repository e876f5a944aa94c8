"""Who runs a command, as AWS knows it."""

from __future__ import annotations

import hashlib
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

UNKNOWN = "unknown"
"""Begins what is stored where AWS did not say who runs the command."""


def identity(sts: Any) -> str:
    """Account, role and SHA-256 of the session's name of whoever signed the request.

    A session's or a user's name may be an e-mail address, so only its digest leaves this function.
    CloudTrail has the name. If AWS does not answer, the text says so and names the error.
    """
    try:
        answer = sts.get_caller_identity()
    except ClientError as error:
        return f"{UNKNOWN}: AWS STS refused to tell ({error.response['Error']['Code']})"
    except BotoCoreError as error:
        return f"{UNKNOWN}: AWS STS did not answer ({type(error).__name__})"
    return _described(answer["Account"], answer["Arn"])


def _described(account: str, arn: str) -> str:
    kind, _, path = arn.split(":", 5)[5].partition("/")
    role, _, name = path.rpartition("/")
    if not name:
        return f"account {account}, {kind}"
    digest = hashlib.sha256(name.encode()).hexdigest()
    if kind == "assumed-role":
        return f"account {account}, role {role}, session sha256:{digest}"
    return f"account {account}, {kind} sha256:{digest}"
