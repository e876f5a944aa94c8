"""The schema of an initiate request, from the models that validate it.

A deployment can allow other values of sourceOfFunds.type. The document describes the default.
"""

from typing import Any, override

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ops.openapi.openapi_objects import SCHEMAS
from payments.domain.payment import PAYMENT_CODE_TYPE
from payments.payment_requests.json_types import RequestObject
from payments.payment_requests.payment_request import PaymentRequest
from payments.payment_requests.source_of_funds import SourceOfFunds

NAME = "InitiateRequest"


class _Generator(GenerateJsonSchema):
    """Adds what the models validate in code, and omits what is relevant only to Python."""

    @override
    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        json_schema = super().model_schema(schema)
        # The title is the name of the class.
        del json_schema["title"]
        cls = schema["cls"]
        if issubclass(cls, RequestObject):
            json_schema["minProperties"] = 1
            if len(json_schema["properties"]) > cls.max_members:
                json_schema["maxProperties"] = cls.max_members
        if cls is SourceOfFunds:
            json_schema["additionalProperties"] = False
            json_schema["properties"]["type"] = {"const": PAYMENT_CODE_TYPE}
        if cls is PaymentRequest:
            json_schema["required"].remove("sourceOfFunds")
        return json_schema

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        json_schema = super().default_schema(schema)
        # None represents an absent member. A null in a request is refused.
        if json_schema.get("default", ...) is None:
            del json_schema["default"]
        return json_schema

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def request_schemas() -> dict[str, Any]:
    """The schemas of the request and of the objects in it, by name."""
    request = PaymentRequest.model_json_schema(
        ref_template=SCHEMAS + "{model}", schema_generator=_Generator
    )
    parts = request.pop("$defs")
    return {NAME: request, **parts}
