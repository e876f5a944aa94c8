"""Secrets Manager in memory: secrets with a current and a previous version."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from testing.aws.errors import Refusal, only_known

type Request = dict[str, Any]
type Answer = dict[str, Any]

_ARN = "arn:aws:secretsmanager:ap-southeast-3:123456789012:secret:"


@dataclass
class _Version:
    text: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: float = field(default_factory=time.time)


@dataclass
class _Secret:
    name: str
    versions: dict[str, _Version]
    """By stage: AWSCURRENT, AWSPREVIOUS."""

    @property
    def arn(self) -> str:
        return f"{_ARN}{self.name}"


class SecretsManager:
    """The calls of `secretsmanager` that the service and its operators use."""

    def __init__(self) -> None:
        self._secrets: dict[str, _Secret] = {}

    def create_secret(self, request: Request) -> Answer:
        only_known(request, "Name", "SecretString", "ClientRequestToken")
        name = request["Name"]
        if name in self._secrets:
            raise Refusal("ResourceExistsException", "A secret with this name exists already.")
        version = _Version(request["SecretString"])
        self._secrets[name] = secret = _Secret(name, {"AWSCURRENT": version})
        return {"ARN": secret.arn, "Name": name, "VersionId": version.id}

    def put_secret_value(self, request: Request) -> Answer:
        only_known(request, "SecretId", "SecretString", "ClientRequestToken")
        secret = self._of(request)
        version = _Version(request["SecretString"])
        before = secret.versions["AWSCURRENT"]
        secret.versions = {"AWSCURRENT": version, "AWSPREVIOUS": before}
        return {"ARN": secret.arn, "Name": secret.name, "VersionId": version.id}

    def get_secret_value(self, request: Request) -> Answer:
        only_known(request, "SecretId", "VersionStage")
        secret = self._of(request)
        version = secret.versions.get(request.get("VersionStage", "AWSCURRENT"))
        if version is None:
            raise Refusal("ResourceNotFoundException", "The secret has no version of this stage.")
        return {
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": version.id,
            "SecretString": version.text,
            "CreatedDate": version.created_at,
        }

    def delete_secret(self, request: Request) -> Answer:
        only_known(request, "SecretId", "ForceDeleteWithoutRecovery")
        secret = self._secrets.pop(self._of(request).name)
        return {"ARN": secret.arn, "Name": secret.name, "DeletionDate": time.time()}

    def _of(self, request: Request) -> _Secret:
        secret = self._secrets.get(request["SecretId"].removeprefix(_ARN))
        if secret is None:
            raise Refusal("ResourceNotFoundException", "There is no such secret.")
        return secret
