"""The requests by which functions read and note things of storefronts.

Pure functions. Each read names the attributes that it needs: the authorizer never reads a webhook
secret, not even a sealed one, and `notify` never reads the digest of an API key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import GetItemInputTypeDef, UpdateItemInputTypeDef


def identity(table: str, storefront_id: str) -> GetItemInputTypeDef:
    """Read whom a key may stand for."""
    return {
        "TableName": table,
        "Key": {"storefrontId": {"S": storefront_id}},
        "ConsistentRead": True,  # a key works from the moment that it is shown
        "ProjectionExpression": "#keys, allowedOrigins, disabledAt",
        "ExpressionAttributeNames": {"#keys": "keys"},
    }


def receiver(table: str, storefront_id: str) -> GetItemInputTypeDef:
    """Read what webhooks are signed with, and which endpoints are gone."""
    return {
        "TableName": table,
        "Key": {"storefrontId": {"S": storefront_id}},
        "ConsistentRead": True,  # a rotated secret signs from the moment that it is shown
        "ProjectionExpression": "webhookSecrets, goneEndpoints",
    }


def disable_endpoint(
    table: str, storefront_id: str, endpoint_hash: str, now: int, most: int
) -> UpdateItemInputTypeDef:
    """Note that an endpoint is gone, unless that is known or `most` are gone already."""
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
