"""The merchant's credentials at Finpay, out of Secrets Manager.

The merchant rotates them by putting a new pair into the secret. Finpay goes on calling back at URLs
that were made with the key before, and signs with it until it took over the new one; so the
previous key verifies too, for a while after the current version was created.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from payments.domain.errors import Unavailable
from payments.domain.merchant import Credentials

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from payments.domain.clock import Clock

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
REFRESH_MS = 60_000
"""A stranger's wrong signature makes us look for a new key at most this often."""
MAX_AGE_MS = 300_000
"""A container that sees nothing wrong looks too: to it, a key that leaked is still the current."""


class _Version(NamedTuple):
    """One version of the secret; `created_at` in epoch milliseconds."""

    merchant_id: str
    merchant_key: str
    created_at: int


class _Known(NamedTuple):
    """What the secret said when it was read; the previous key is good until `overlap_ends`."""

    current: _Version
    previous_key: str
    overlap_ends: int

    def at(self, now: int) -> Credentials:
        """The credentials at that moment, however long ago they were read."""
        keys: tuple[str, ...] = (self.current.merchant_key,)
        if self.previous_key and now < self.overlap_ends:
            keys += (self.previous_key,)
        return Credentials(self.current.merchant_id, tuple(dict.fromkeys(keys)))


@dataclass(slots=True)
class SecretCredentials:
    """Reads the secret `{"merchantId": …, "merchantKey": …}` and remembers it for MAX_AGE_MS.

    The previous version's key verifies for `overlap_ms` after the current one was created.
    """

    client: SecretsManagerClient
    secret_id: str
    clock: Clock
    overlap_ms: int
    _known: _Known | None = None
    _read_at: int = 0

    def current(self) -> Credentials:
        """The credentials; raises Unavailable if the secret never could be had or read."""
        if self._known is None:
            return self._read().at(self.clock())
        if self.clock() - self._read_at >= MAX_AGE_MS:
            return self._read_if_it_answers(self._known).at(self.clock())
        return self._known.at(self.clock())

    def renewed(self) -> Credentials | None:
        """The credentials anew, if they have changed; None if not, or if they were just read.

        For whoever has reason to think that the known ones are out of date. Raises Unavailable.
        """
        if self.clock() - self._read_at < REFRESH_MS:
            return None
        known = self._known
        renewed = self._read()
        return None if known == renewed else renewed.at(self.clock())

    def _read_if_it_answers(self, known: _Known) -> _Known:
        try:
            return self._read()
        except Unavailable:
            return known

    def _read(self) -> _Known:
        now = self._read_at = self.clock()
        current = self._version(CURRENT)
        if current is None:
            raise Unavailable("the secret is missing or not as it should be")
        overlap_ends = current.created_at + self.overlap_ms
        previous = self._version(PREVIOUS) if now < overlap_ends else None
        self._known = _Known(current, previous.merchant_key if previous else "", overlap_ends)
        return self._known

    def _version(self, stage: str) -> _Version | None:
        """A version of the secret; None if there is none that can be read."""
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
    """Merchant id and key; None if the text has no good ones."""
    try:
        secret: Any = json.loads(text)
        merchant_id, merchant_key = secret["merchantId"], secret["merchantKey"]
    except (KeyError, ValueError, TypeError):
        return None
    if isinstance(merchant_id, str) and isinstance(merchant_key, str) and merchant_key:
        return merchant_id, merchant_key
    return None
