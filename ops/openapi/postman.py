"""docs/finpay.postman_collection.json: the requests of the document for Postman, and for Bruno.

Made from the OpenAPI document. Address, key and order id are variables of the collection; the key
is empty, since a collection is passed around.
"""

import json
from typing import Any

from ops.openapi.document import document
from ops.openapi.openapi_objects import JSON
from payments.payment_requests.customer import TEST_DOMAIN
from payments.payment_requests.simulated_outcomes import NAMES

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
NEW_ORDER = 'pm.collectionVariables.set("orderId", "POSTMAN-" + Date.now());'

type Document = dict[str, Any]


def render() -> str:
    """The collection as it is committed."""
    return json.dumps(collection(), indent=2, ensure_ascii=False) + "\n"


def collection() -> Document:
    """A collection of Postman's format 2.1."""
    api = document()
    create, see, cancel = _operations(api)
    order = [
        _item(create, 201, new_order=True),
        _item(create, 201, name="The same request again"),
        _item(see, 200),
        _item(see, 304, name="See whether it has changed", headers={"If-None-Match": '"2"'}),
        _item(cancel, 200),
    ]
    refused = [
        _item(create, 401, name="Without a key", noauth=True),
        _item(create, 422, name="Wrong fields", body={"order": {"id": "{{orderId}}"}}),
        _item(see, 404, name="An order that nobody made", order_id="nobodys-order"),
    ]
    return {
        "info": {
            "name": api["info"]["title"],
            "description": (
                "Made by `make docs`. Set the variables baseUrl and apiKey; on the local stack "
                "`make run` prints both. Bruno imports this file too."
            ),
            "schema": SCHEMA,
        },
        "auth": {
            "type": "bearer",
            "bearer": [{"key": "token", "value": "{{apiKey}}", "type": "string"}],
        },
        "variable": [
            {"key": "baseUrl", "value": "http://127.0.0.1:8080", "type": "string"},
            {"key": "apiKey", "value": "", "type": "string"},
            {"key": "orderId", "value": "POSTMAN-1", "type": "string"},
        ],
        "item": [
            {"name": "One payment", "item": order},
            {"name": "Test payments (not where money is taken)", "item": _tests(create)},
            {"name": "What is refused", "item": refused},
        ],
    }


def _operations(api: Document) -> tuple[Document, Document, Document]:
    paths = api["paths"]
    create, see = paths["/payments"]["post"], paths["/payments/{orderId}"]["get"]
    cancel = paths["/payments/{orderId}/cancel"]["post"]
    return (
        create | {"method": "POST", "path": ["payments"]},
        see | {"method": "GET", "path": ["payments", "{{orderId}}"]},
        cancel | {"method": "POST", "path": ["payments", "{{orderId}}", "cancel"]},
    )


def _tests(create: Document) -> list[Document]:
    """A payment for each outcome that can be asked for."""
    names = [name.partition(" ")[0].replace("Ns", "10s") for name in NAMES]
    return [
        _item(
            create,
            201,
            name=f"{name}@{TEST_DOMAIN}",
            body=_request(create, email=f"{name}@{TEST_DOMAIN}"),
            new_order=True,
        )
        for name in names
    ]


def _request(create: Document, **customer: str) -> Document:
    example = create["requestBody"]["content"][JSON]["example"]
    return {
        **example,
        "order": example["order"] | {"id": "{{orderId}}"},
        "customer": example["customer"] | customer,
    }


def _item(
    operation: Document,
    status: int,
    *,
    name: str = "",
    body: Document | None = None,
    headers: dict[str, str] | None = None,
    order_id: str = "{{orderId}}",
    **how: bool,
) -> Document:
    """A request that is to be answered with this status; see the callers for `how`."""
    path = [part.replace("{{orderId}}", order_id) for part in operation["path"]]
    request: Document = {
        "method": operation["method"],
        "header": [{"key": key, "value": value} for key, value in (headers or {}).items()],
        "url": {
            "raw": "/".join(["{{baseUrl}}", *path]),
            "host": ["{{baseUrl}}"],
            "path": path,
        },
        "description": operation.get("description", operation["summary"]),
    }
    if "requestBody" in operation:
        raw = json.dumps(body or _request(operation), indent=2)
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
        request["header"].append({"key": "Content-Type", "value": JSON})
    if how.get("noauth"):
        request["auth"] = {"type": "noauth"}
    answered = f'pm.test("{status}", () => pm.response.to.have.status({status}));'
    events = [_event("test", answered)]
    if how.get("new_order"):
        events.append(_event("prerequest", NEW_ORDER))
    return {
        "name": name or operation["summary"],
        "event": events,
        "request": request,
        "response": _responses(operation, request, status),
    }


def _event(listen: str, line: str) -> Document:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": [line]}}


def _responses(operation: Document, request: Document, status: int) -> list[Document]:
    """The documented examples of this answer."""
    answer = operation["responses"][str(status)]
    return [
        {
            "name": name,
            "originalRequest": request,
            "code": status,
            "header": [{"key": "Content-Type", "value": media}],
            "body": json.dumps(value, indent=2),
        }
        for media, content in answer.get("content", {}).items()
        for name, value in _examples(content, str(status))
    ]


def _examples(content: Document, status: str) -> list[tuple[str, Any]]:
    several = [(name, one["value"]) for name, one in content.get("examples", {}).items()]
    return ([(status, content["example"])] if "example" in content else []) + several
