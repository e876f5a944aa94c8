"""The key that seals webhook secrets, simulated."""

from typing import Any

from tests.property.simulation.cloud import client_error
from tests.property.simulation.process import Process


class Vault:
    """What was sealed, for whom. The client of an operator, whom nothing fails."""

    def __init__(self, outage: range) -> None:
        self.outage = outage
        """When it opens nothing for anybody."""
        self._sealed: dict[bytes, tuple[dict[str, str], bytes]] = {}

    def encrypt(self, **request: Any) -> dict[str, bytes]:
        sealed = f"sealed-{len(self._sealed)}".encode()
        self._sealed[sealed] = request["EncryptionContext"], request["Plaintext"]
        return {"CiphertextBlob": sealed}

    def open(self, sealed: bytes, context: dict[str, str]) -> bytes:
        """The secret; refuses another context than it was sealed with."""
        bound, plaintext = self._sealed[sealed]
        if bound != context:
            raise client_error("InvalidCiphertextException", "Decrypt")
        return plaintext


class Kms:
    """The KMS client of one process."""

    def __init__(self, process: Process, vault: Vault) -> None:
        self._process = process
        self._vault = vault

    def decrypt(self, **request: Any) -> dict[str, bytes]:
        process = self._process
        process.spend(process.chance.between(2, 20))
        process.hear_from_aws()
        is_out = process.hub.now in self._vault.outage
        process.chance.faults["kms: outage"] += is_out
        if is_out or process.chance.strikes("kms: out"):
            raise client_error("KMSInternalException", "Decrypt")
        sealed, context = request["CiphertextBlob"], request["EncryptionContext"]
        return {"Plaintext": self._vault.open(sealed, context)}
