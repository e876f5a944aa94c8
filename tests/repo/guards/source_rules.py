"""What the source has to keep to. Each rule gives the lines that break it."""

import ast
import re
from collections.abc import Iterator

_SECRET = re.compile(
    r"(^|_)(signature|signed|key|token|digest|secret|hmac|mac|password)s?($|_)", re.IGNORECASE
)
_HTTP_VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "request", "send"}
_HTTP_MODULES = {"requests", "httpx", "session", "_session", "client", "http", "pool"}
# Where among the arguments the timeout stands, if it is not named.
_CONNECTIONS = {"create_connection": 1, "urlopen": 2, "HTTPConnection": 2, "HTTPSConnection": 2}
_POOLS = {"PoolManager": 99, "HTTPConnectionPool": 2, "HTTPSConnectionPool": 2}
_CLIENT_LIMITS = {"connect_timeout", "read_timeout", "retries"}


def _nodes[N: ast.AST](source: str, kind: type[N]) -> Iterator[N]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, kind))


def _name(node: ast.expr) -> str:
    """What an expression is called: its variable, attribute, member or the function it calls."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]):
            return name
        case (
            ast.Subscript(value=inner)
            | ast.Call(func=ast.Attribute(attr="encode" | "decode" | "lower", value=inner))
            | ast.Call(func=inner)
        ):
            return _name(inner)
    return ""


def secrets_compared_in_open_time(source: str) -> list[int]:
    """`==`, `!=` or `in` on a signature, key, token, digest or secret: its time tells how far."""
    found = []
    for node in _nodes(source, ast.Compare):
        sides = [node.left, *node.comparators]
        telling = any(isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in node.ops)
        # The word for it is no secret: `name == "signature"`.
        if telling and any(_SECRET.search(_name(side)) for side in sides):
            found.append(node.lineno)
    return found


def _given(call: ast.Call) -> set[str]:
    return {keyword.arg for keyword in call.keywords if keyword.arg}


def http_without_timeout(source: str) -> list[int]:
    """HTTP calls and connections that could wait for ever."""
    found = []
    for call in _nodes(source, ast.Call):
        name = _name(call.func)
        holder = _name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        place = (_CONNECTIONS | _POOLS).get(name)
        if place is None and name in _HTTP_VERBS and holder in _HTTP_MODULES:
            place = len(call.args)
        if place is not None and len(call.args) <= place and "timeout" not in _given(call):
            found.append(call.lineno)
    return found


def clients_without_limits(source: str) -> list[int]:
    """Clients of AWS without a Config, and Configs without timeouts and retries."""
    found = []
    for call in _nodes(source, ast.Call):
        name = _name(call.func)
        holder = _name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        of_boto3 = name in {"client", "resource"} and holder in {"boto3", "session", "Session"}
        makes_client = of_boto3 or name == "create_client"
        if makes_client and "config" not in _given(call):
            found.append(call.lineno)
        if name == "Config" and not _given(call) >= _CLIENT_LIMITS:
            found.append(call.lineno)
    return found


# Members of the events of API Gateway, SQS and DynamoDB Streams that nothing else has.
_OF_EVENTS = {
    *["requestContext", "routeKey", "rawPath", "rawQueryString", "pathParameters"],
    *["isBase64Encoded", "queryStringParameters", "stageVariables", "multiValueHeaders"],
    *["Records", "messageId", "receiptHandle", "messageAttributes", "eventSourceARN", "dynamodb"],
}


def events_read_by_hand(source: str) -> list[int]:
    """A member of a Lambda event that is read by subscript or `get`, or anything of an `event`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case (
                ast.Subscript(value=holder, slice=ast.Constant(value=member))
                | ast.Call(
                    func=ast.Attribute(attr="get", value=holder),
                    args=[ast.Constant(value=member), *_],
                )
            ) if member in _OF_EVENTS or _name(holder) == "event":
                found.append(node.lineno)
    return found


def used_of(package: str, source: str) -> set[str]:
    """What a module imports from a package when it runs, and then names."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
            node.body = []
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package
        for alias in node.names
    }
    return imported & {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
