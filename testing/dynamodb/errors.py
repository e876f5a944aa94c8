"""DynamoDB's refusals, as boto3 raises them."""

from typing import Any, cast

from botocore.exceptions import ClientError, ParamValidationError

_BAD_REQUEST = 400


class Invalid(Exception):
    """The request breaks a rule; the client makes a ValidationException of it."""


class ConditionalCheckFailedException(ClientError):
    """The item is not as the condition says."""


class ResourceNotFoundException(ClientError):
    """There is no such table."""


class Exceptions:
    """`client.exceptions`, as far as it is used."""

    ClientError = ClientError
    ConditionalCheckFailedException = ConditionalCheckFailedException
    ResourceNotFoundException = ResourceNotFoundException


_MODELLED: dict[str, type[ClientError]] = {
    kind.__name__: kind for kind in (ConditionalCheckFailedException, ResourceNotFoundException)
}


def client_error(operation: str, code: str, message: str, **members: Any) -> ClientError:
    """The error of this code; `members` are what the answer holds beside it."""
    response = {
        "Error": {"Message": message, "Code": code},
        "ResponseMetadata": {"HTTPStatusCode": _BAD_REQUEST, "RetryAttempts": 0},
        "message": message,
        **members,
    }
    return _MODELLED.get(code, ClientError)(cast("Any", response), operation)


def not_sent(report: str) -> ParamValidationError:
    """What boto3 raises by itself, before anything is sent."""
    return ParamValidationError(report=report)
