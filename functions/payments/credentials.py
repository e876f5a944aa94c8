"""The merchant's credentials at Finpay, out of Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from payments.errors import Unavailable
from payments.merchant import Credentials

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from payments.clock import Clock

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
REFRESH_MS = 60_000
"""A stranger's wrong signature makes us look for a new key at most this often."""


@dataclass(slots=True)
class SecretCredentials:
    """Reads the secret `{"merchantId": …, "merchantKey": …}` once and remembers it.

    Of the stages given, the first must exist; the keys of the others are there during a rotation.
    """

    client: SecretsManagerClient
    secret_id: str
    clock: Clock
    stages: Sequence[str] = (CURRENT,)
    _known: Credentials | None = None
    _read_at: int = 0

    def current(self) -> Credentials:
        """The credentials; raises Unavailable if the secret cannot be had or read."""
        if self._known is None:
            self._known = self._read()
        return self._known

    def renewed(self) -> Credentials | None:
        """The credentials anew, if they have changed; None if not, or if they were just read.

        For whoever has reason to think that the known ones are out of date. Raises Unavailable.
        """
        if self.clock() - self._read_at < REFRESH_MS:
            return None
        known, self._known = self._known, self._read()
        return None if self._known == known else self._known

    def _read(self) -> Credentials:
        self._read_at = self.clock()
        first, *others = [self._stage(stage) for stage in self.stages]
        if first is None:
            raise Unavailable("the secret is missing or not as it should be")
        keys = [first[1], *(other[1] for other in others if other)]
        return Credentials(first[0], tuple(dict.fromkeys(keys)))

    def _stage(self, stage: str) -> tuple[str, str] | None:
        """Merchant id and key of a version of the secret; None if it has no good one."""
        try:
            answer = self.client.get_secret_value(SecretId=self.secret_id, VersionStage=stage)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise Unavailable(error.response["Error"]["Code"]) from None
        except BotoCoreError as error:
            raise Unavailable(type(error).__name__) from None
        return _read_pair(answer["SecretString"])


def _read_pair(text: str) -> tuple[str, str] | None:
    try:
        secret: Any = json.loads(text)
        merchant_id, merchant_key = secret["merchantId"], secret["merchantKey"]
    except (KeyError, ValueError, TypeError):
        return None
    if isinstance(merchant_id, str) and isinstance(merchant_key, str) and merchant_key:
        return merchant_id, merchant_key
    return None
