"""The merchant's credentials at Finpay, read from Secrets Manager.

The merchant rotates them by storing a new pair in the secret. Finpay still calls callback URLs that
were made with the previous key, and signs with that key until Finpay itself uses the new one. For
this reason the previous key also verifies for a limited time after the current version was created.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from payments.domain.errors import Unavailable
from payments.domain.merchant import Credentials

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from payments.domain.clock import Clock

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
REFRESH_MS = 60_000
"""Minimum milliseconds between two reads that an invalid token or signature causes."""
MAX_AGE_MS = 300_000
"""Maximum age of the credentials, in milliseconds, also if no request is refused.

Without it, a container would keep a leaked key as the current one after a rotation.
"""


class _Version(NamedTuple):
    """One version of the secret; `created_at` in epoch milliseconds."""

    merchant_id: str
    merchant_key: str
    created_at: int


class _Secret(NamedTuple):
    """The content of the secret. The previous key is valid until `overlap_ends` (epoch ms)."""

    current: _Version
    previous_key: str
    overlap_ends: int

    def at(self, now: int) -> Credentials:
        """The credentials that are valid at `now` (epoch ms)."""
        keys: tuple[str, ...] = (self.current.merchant_key,)
        if self.previous_key and now < self.overlap_ends:
            keys += (self.previous_key,)
        return Credentials(self.current.merchant_id, tuple(dict.fromkeys(keys)))


@dataclass(slots=True)
class SecretCredentials:
    """Reads the secret `{"merchantId": …, "merchantKey": …}` and caches it for MAX_AGE_MS.

    The previous version's key verifies for `overlap_ms` after the current one was created. While
    one thread reads the secret, others wait for what it reads.
    """

    client: SecretsManagerClient
    secret_id: str
    clock: Clock
    overlap_ms: int
    _cached: _Secret | None = None
    _read_at: int = 0
    _lock: RLock = field(default_factory=RLock)

    def current(self) -> Credentials:
        """The credentials, from the cache if it is younger than MAX_AGE_MS or cannot be renewed.

        Raises Unavailable if nothing is cached and the secret cannot be read.
        """
        with self._lock:
            if self._cached is None:
                return self._read().at(self.clock())
            if self._was_read_within(MAX_AGE_MS):
                return self._cached.at(self.clock())
            return self._refresh(self._cached).at(self.clock())

    def renewed(self) -> Credentials | None:
        """Read the secret again; None if it is unchanged or was read within REFRESH_MS.

        Callers use it after a refusal or an invalid signature. Raises Unavailable.
        """
        with self._lock:
            if self._was_read_within(REFRESH_MS):
                return None
            before = self._cached
            after = self._read()
            return None if before == after else after.at(self.clock())

    def _was_read_within(self, milliseconds: int) -> bool:
        # A clock that has been corrected can be before the time of the read.
        return 0 <= self.clock() - self._read_at < milliseconds

    def _refresh(self, cached: _Secret) -> _Secret:
        try:
            return self._read()
        except Unavailable:
            return cached

    def _read(self) -> _Secret:
        self._read_at = self.clock()
        current = self._version(CURRENT)
        if current is None:
            raise Unavailable("the secret is missing or has an invalid format")
        overlap_ends = current.created_at + self.overlap_ms
        previous = self._version(PREVIOUS) if self.clock() < overlap_ends else None
        self._cached = _Secret(current, previous.merchant_key if previous else "", overlap_ends)
        return self._cached

    def _version(self, stage: str) -> _Version | None:
        """The secret's version at a stage; None if it is missing or has an invalid format.

        Raises Unavailable if Secrets Manager does not answer.
        """
        try:
            answer = self.client.get_secret_value(SecretId=self.secret_id, VersionStage=stage)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise Unavailable(error.response["Error"]["Code"]) from None
        except BotoCoreError as error:
            raise Unavailable(type(error).__name__) from None
        pair = _read_pair(answer["SecretString"])
        return _Version(*pair, int(answer["CreatedDate"].timestamp() * 1000)) if pair else None


def _read_pair(text: str) -> tuple[str, str] | None:
    """The merchant id and key in the secret's JSON; None if its format is invalid."""
    try:
        secret: Any = json.loads(text)
        merchant_id, merchant_key = secret["merchantId"], secret["merchantKey"]
    except (KeyError, ValueError, TypeError):
        return None
    if isinstance(merchant_id, str) and isinstance(merchant_key, str) and merchant_key:
        return merchant_id, merchant_key
    return None
