"""The requests that register and change storefronts.

Each change is made on condition of what was read, so that of two operators one is told to look
again, and neither undoes what the other did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from payments.storefronts.storefront_item import to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        GetItemInputTypeDef,
        PutItemInputTypeDef,
        UpdateItemInputTypeDef,
    )

    from payments.storefronts.storefront_item import Registration


def register(table: str, registration: Registration) -> PutItemInputTypeDef:
    """Store a new storefront, unless its id is taken."""
    return {
        "TableName": table,
        "Item": to_item(registration),
        "ConditionExpression": "attribute_not_exists(storefrontId)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def get(table: str, storefront_id: str) -> GetItemInputTypeDef:
    """Read a storefront with everything that is known of it."""
    return {
        "TableName": table,
        "Key": {"storefrontId": {"S": storefront_id}},
        "ConsistentRead": True,
    }


def change(
    table: str,
    storefront_id: str,
    name: str,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
) -> UpdateItemInputTypeDef:
    """Set an attribute, or remove it, if it still is what was read; None where there is none."""
    is_old = "attribute_not_exists(#name)" if old is None else "#name = :old"
    values = {":old": old, ":new": new}
    request: UpdateItemInputTypeDef = {
        "TableName": table,
        "Key": {"storefrontId": {"S": storefront_id}},
        "UpdateExpression": "REMOVE #name" if new is None else "SET #name = :new",
        "ConditionExpression": f"attribute_exists(storefrontId) AND {is_old}",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {k: v for k, v in values.items() if v is not None},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    return request
