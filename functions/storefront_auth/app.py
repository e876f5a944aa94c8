"""The Lambda authorizer: finds the storefront of an API key.

API Gateway responds with 403 and its own body if an authorizer denies a request, but an invalid key
must get 401 and a problem, like all other errors. This authorizer therefore allows each request and
sets no storefront id for an invalid key; the API then responds with 401.
"""

from typing import Any

from payments import bootstrap


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Respond to an authorizer request (payload format 2.0, simple response)."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    storefront = bootstrap.dependencies().storefronts.authenticate(headers.get("authorization", ""))
    if storefront is None:
        return {"isAuthorized": True, "context": {}}
    origins = " ".join(storefront.allowed_origins)
    identity = {"storefrontId": storefront.id, "allowedOrigins": origins}
    return {"isAuthorized": True, "context": identity}
