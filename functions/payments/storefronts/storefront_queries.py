"""Requests of the functions to the storefronts table.

Pure functions. Each read requests only the attributes that it needs: the authorizer never reads a
webhook secret, even encrypted, and `notify` never reads the digest of an API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import GetItemInputTypeDef, UpdateItemInputTypeDef


def identity(table: str, storefront_id: str) -> GetItemInputTypeDef:
    """Return the read of what authentication needs."""
    return {
        "TableName": table,
        "Key": {"storefrontId": {"S": storefront_id}},
        "ConsistentRead": True,  # a new key is valid immediately
        "ProjectionExpression": "#keys, allowedOrigins, disabledAt",
        "ExpressionAttributeNames": {"#keys": "keys"},
    }


def receiver(table: str, storefront_id: str) -> GetItemInputTypeDef:
    """Return the read of the webhook secrets and the disabled webhook endpoints."""
    return {
        "TableName": table,
        "Key": {"storefrontId": {"S": storefront_id}},
        "ConsistentRead": True,  # a new secret signs immediately
        "ProjectionExpression": "webhookSecrets, goneEndpoints",
    }


def disable_endpoint(
    table: str, storefront_id: str, endpoint_hash: str, now: int, most: int
) -> UpdateItemInputTypeDef:
    """Return the write that disables a webhook endpoint.

    Its condition fails if the endpoint is disabled or if `most` endpoints are disabled.
    """
    return {
        "TableName": table,
        "Key": {"storefrontId": {"S": storefront_id}},
        "UpdateExpression": "SET goneEndpoints.#endpoint = :now",
        "ConditionExpression": (
            "attribute_exists(storefrontId) AND attribute_not_exists(goneEndpoints.#endpoint)"
            " AND size(goneEndpoints) < :most"
        ),
        "ExpressionAttributeNames": {"#endpoint": endpoint_hash},
        "ExpressionAttributeValues": {":now": {"N": str(now)}, ":most": {"N": str(most)}},
    }
