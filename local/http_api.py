"""Gives the HTTP API the routes that its OpenAPI body describes.

SAM writes routes, integrations and authorizers of an `AWS::Serverless::HttpApi` into the `Body`
of `AWS::ApiGatewayV2::Api`. AWS imports it; MiniStack 1.5.33 does not, so the deploy succeeds and
every path answers 404. This module does the import. Delete it the day MiniStack does it itself.
"""

from typing import TYPE_CHECKING, Any

from local.aws import Aws
from local.intrinsics import Resolver

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client

type Document = dict[str, Any]

_HTTP_METHODS = {"get", "put", "post", "delete", "options", "head", "patch"}
_ANY_METHOD = "x-amazon-apigateway-any-method"


def import_routes(aws: Aws, stack_name: str) -> None:
    """Create what the deployed template's API bodies describe."""
    gateway = aws.api_gateway()
    resolver = Resolver.of_stack(aws, stack_name)
    for name, resource in resolver.template["Resources"].items():
        if resource["Type"] == "AWS::ApiGatewayV2::Api" and "Body" in resource["Properties"]:
            body = resolver.resolve(resource["Properties"]["Body"])
            _import_body(gateway, resolver.physical_ids[name], body)


def _import_body(gateway: "ApiGatewayV2Client", api_id: str, body: Document) -> None:
    schemes = body.get("components", {}).get("securitySchemes", {})
    authorizers = {
        name: _create_authorizer(gateway, api_id, name, scheme["x-amazon-apigateway-authorizer"])
        for name, scheme in schemes.items()
    }
    integrations: dict[str, str] = {}
    for route_key, operation in _operations(body):
        integration = operation["x-amazon-apigateway-integration"]
        uri = integration["uri"]
        if uri not in integrations:
            integrations[uri] = _create_integration(gateway, api_id, integration)
        needed = [name for requirement in operation.get("security", []) for name in requirement]
        gateway.create_route(
            ApiId=api_id,
            RouteKey=route_key,
            Target=f"integrations/{integrations[uri]}",
            **_authorization(authorizers, needed),
        )


def _operations(body: Document) -> list[tuple[str, Document]]:
    """Return every operation with its route key, such as `GET /payments/{orderId}`."""
    return [
        (_route_key(method, path), operation)
        for path, operations in body["paths"].items()
        for method, operation in operations.items()
        if method in _HTTP_METHODS or method == _ANY_METHOD
    ]


def _route_key(method: str, path: str) -> str:
    if path == "/$default":
        return "$default"
    return f"{'ANY' if method == _ANY_METHOD else method.upper()} {path}"


def _create_authorizer(
    gateway: "ApiGatewayV2Client", api_id: str, name: str, settings: Document
) -> str:
    created = gateway.create_authorizer(
        ApiId=api_id,
        Name=name,
        AuthorizerType="REQUEST",
        AuthorizerUri=settings["authorizerUri"],
        IdentitySource=settings["identitySource"],
        AuthorizerPayloadFormatVersion=settings["authorizerPayloadFormatVersion"],
        EnableSimpleResponses=settings["enableSimpleResponses"],
        AuthorizerResultTtlInSeconds=settings["authorizerResultTtlInSeconds"],
    )
    return created["AuthorizerId"]


def _create_integration(gateway: "ApiGatewayV2Client", api_id: str, settings: Document) -> str:
    created = gateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationMethod=settings["httpMethod"],
        IntegrationUri=settings["uri"],
        PayloadFormatVersion=settings["payloadFormatVersion"],
    )
    return created["IntegrationId"]


def _authorization(authorizers: dict[str, str], needed: list[str]) -> Document:
    if not needed:
        return {}
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizers[needed[0]]}
