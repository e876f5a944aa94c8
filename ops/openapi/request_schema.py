"""The schema of an initiate request, from the models that check it.

A deployment may allow other values of sourceOfFunds.type; the document describes the default one.
"""

from typing import Any, override

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ops.openapi.references import SCHEMAS
from payments.domain.payment import PAYMENT_CODE_TYPE
from payments.payment_requests.json_types import RequestObject
from payments.payment_requests.payment_request import PaymentRequest
from payments.payment_requests.source_of_funds import SourceOfFunds

NAME = "InitiateRequest"


class _Generator(GenerateJsonSchema):
    """Adds what the models check in code, and leaves out what only Python needs."""

    @override
    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        shown = super().model_schema(schema)
        cls = schema["cls"]
        if issubclass(cls, RequestObject):
            shown["minProperties"] = 1
            if len(shown["properties"]) > cls.max_members:
                shown["maxProperties"] = cls.max_members
        if cls is SourceOfFunds:
            shown["additionalProperties"] = False
            shown["properties"]["type"] = {"const": PAYMENT_CODE_TYPE}
        if cls is PaymentRequest:
            shown["required"].remove("sourceOfFunds")
        return shown

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        shown = super().default_schema(schema)
        # None stands for a member that was not sent; a null that is sent is refused.
        if shown.get("default", ...) is None:
            del shown["default"]
        return shown

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def request_schemas() -> dict[str, Any]:
    """The request and the objects in it, by name."""
    root = PaymentRequest.model_json_schema(
        ref_template=SCHEMAS + "{model}", schema_generator=_Generator
    )
    parts = root.pop("$defs")
    return {NAME: root | {"title": NAME}} | {name: _untitled(part) for name, part in parts.items()}


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    """Without a title that only repeats the name."""
    return {name: value for name, value in schema.items() if name != "title"}
