"""How to reach the embedded AWS, and never the real one."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

# With AUTH=true MiniStack takes exactly this pair for the account's root.
ACCESS_KEY_ID = "test"
SECRET_ACCESS_KEY = "test"  # noqa: S105 - MiniStack's fixed pair, good for nothing else  # nosec B105
ACCOUNT_ID = "000000000000"
# No proxy has a way to 127.0.0.1.
_CLIENT_CONFIG = Config(proxies={})


@dataclass(frozen=True)
class Aws:
    """The embedded AWS, as its root user."""

    endpoint: str
    region: str

    def api_gateway(self) -> "ApiGatewayV2Client":
        return self._session().client(
            "apigatewayv2", endpoint_url=self.endpoint, config=_CLIENT_CONFIG
        )

    def cloudformation(self) -> "CloudFormationClient":
        return self._session().client(
            "cloudformation", endpoint_url=self.endpoint, config=_CLIENT_CONFIG
        )

    def dynamodb(self) -> "DynamoDBClient":
        return self._session().client("dynamodb", endpoint_url=self.endpoint, config=_CLIENT_CONFIG)

    def kms(self) -> "KMSClient":
        return self._session().client("kms", endpoint_url=self.endpoint, config=_CLIENT_CONFIG)

    def secrets(self) -> "SecretsManagerClient":
        return self._session().client(
            "secretsmanager", endpoint_url=self.endpoint, config=_CLIENT_CONFIG
        )

    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            region_name=self.region,
        )

    def environment(self) -> dict[str, str]:
        """Return the developer's environment without a trace of his own AWS account."""
        return clean_environment() | {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def clean_environment() -> dict[str, str]:
    """Return the environment without AWS settings, and with no proxy before 127.0.0.1."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
