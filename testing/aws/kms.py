"""KMS in memory: what a key encrypted, it decrypts in the same encryption context only."""

import base64
import json
import uuid
from typing import Any

from testing.aws.errors import Refusal, only_known

type Request = dict[str, Any]
type Answer = dict[str, Any]

_ARN = "arn:aws:kms:ap-southeast-3:123456789012:key/"


class Kms:
    """The calls of `kms` that the service and its operators use. Blobs are base64, as on the wire.

    A ciphertext is a random name; what it stands for stays in here.
    """

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._encrypted: dict[str, tuple[str, str, str]] = {}
        """Key, encryption context and plaintext, by the ciphertext."""

    def create_key(self, request: Request) -> Answer:
        only_known(request)
        key = str(uuid.uuid4())
        self._keys.add(key)
        return {"KeyMetadata": {"KeyId": key, "Arn": f"{_ARN}{key}"}}

    def encrypt(self, request: Request) -> Answer:
        only_known(request, "KeyId", "Plaintext", "EncryptionContext")
        key = request["KeyId"].removeprefix(_ARN)
        if key not in self._keys:
            raise Refusal("NotFoundException", "There is no such key.")
        blob = base64.b64encode(uuid.uuid4().bytes).decode()
        self._encrypted[blob] = (key, _context(request), request["Plaintext"])
        return {"CiphertextBlob": blob, "KeyId": f"{_ARN}{key}"}

    def decrypt(self, request: Request) -> Answer:
        only_known(request, "CiphertextBlob", "EncryptionContext", "KeyId")
        found = self._encrypted.get(request["CiphertextBlob"])
        if found is None or found[1] != _context(request):
            raise Refusal("InvalidCiphertextException")
        key, _, plaintext = found
        if request.get("KeyId", key).removeprefix(_ARN) != key:
            raise Refusal("IncorrectKeyException", "Another key encrypted this.")
        return {"Plaintext": plaintext, "KeyId": f"{_ARN}{key}"}


def _context(request: Request) -> str:
    return json.dumps(request.get("EncryptionContext", {}), sort_keys=True)
