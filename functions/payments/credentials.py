"""The merchant's credentials at Finpay, out of Secrets Manager."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from payments.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are at Finpay. The first key signs and logs in; all of them verify."""

    merchant_id: str
    merchant_keys: tuple[str, ...]

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(slots=True)
class SecretCredentials:
    """Reads the secret `{"merchantId": …, "merchantKey": …}` once and remembers it."""

    client: SecretsManagerClient
    secret_id: str
    _known: Credentials | None = None

    def __call__(self) -> Credentials:
        """The credentials; raises Unavailable if the secret cannot be had or read."""
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> Credentials:
        try:
            answer = self.client.get_secret_value(SecretId=self.secret_id)
            secret = json.loads(answer["SecretString"])
            merchant_id, merchant_key = secret["merchantId"], secret["merchantKey"]
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(type(error).__name__) from None
        except (KeyError, ValueError, TypeError):
            raise Unavailable("the secret is not as it should be") from None
        if (
            not isinstance(merchant_id, str)
            or not isinstance(merchant_key, str)
            or not merchant_key
        ):
            raise Unavailable("the secret is not as it should be")
        return Credentials(merchant_id, (merchant_key,))
