"""Says which storefront an API key belongs to.

An HTTP API answers a refusal of its authorizer with 403 and a body of its own, but a wrong key is
to get 401 and a problem like every other error. So this authorizer names the storefront or nobody,
and the API behind it serves nobody.
"""

from typing import Any

from payments import bootstrap


def lambda_handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer API Gateway's authorizer request (payload 2.0, simple response)."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    storefront = bootstrap.dependencies().storefronts.authenticate(headers.get("authorization", ""))
    if storefront is None:
        return {"isAuthorized": True, "context": {}}
    origins = " ".join(storefront.allowed_origins)
    identity = {"storefrontId": storefront.id, "allowedOrigins": origins}
    return {"isAuthorized": True, "context": identity}
