"""One account of the simulated AWS, and the place where botocore's requests reach it."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any
from urllib.parse import parse_qsl

import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from testing.aws.errors import Refusal
from testing.aws.kms import Kms
from testing.aws.secrets_manager import SecretsManager
from testing.aws.sqs import Sqs
from testing.aws.sts import Sts, refused
from testing.aws.tables import Tables

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_OK, _BAD_REQUEST, _FORBIDDEN = 200, 400, 403


class SimulatedAccount:
    """Tables by CloudFormation's definitions, and no queue, secret or key at first.

    Each call is atomic, as AWS's are, whatever number of threads make calls.
    """

    def __init__(self, definitions: dict[str, dict[str, Any]]) -> None:
        self._definitions = definitions
        self._one_call_at_a_time = RLock()
        self.reset()

    def reset(self) -> None:
        """Back to the beginning."""
        self._tables = Tables(self._definitions)
        self._services = {
            "AmazonSQS": Sqs(),
            "secretsmanager": SecretsManager(),
            "TrentService": Kms(),
        }
        self.sts = Sts()

    def answer(self, target: str, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to `X-Amz-Target: target`; raises Refusal."""
        service, _, name = target.partition(".")
        operation = _CAPITAL.sub("_", name).lower()
        with self._one_call_at_a_time:
            if service.startswith("DynamoDB"):
                return self._tables.answer(operation, request)
            call = getattr(self._services.get(service), operation, None)
            if call is None:
                raise NotImplementedError(f"the simulated AWS has no {target}")
            answered: dict[str, Any] = call(request)
            return answered


_active: list[SimulatedAccount] = []


@contextmanager
def active(account: SimulatedAccount) -> Iterator[None]:
    """Let this account answer every request of botocore's clients while the context lasts.

    Clients have to be made after this module was imported.
    """
    _active.append(account)
    try:
        yield
    finally:
        _active.pop()


class _Raw(io.BytesIO):
    """A body as urllib3 would stream it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.getvalue()


def _intercept(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
    """Answer in place of AWS, or return None to let the request go out."""
    if not _active:
        return None
    target: Any = request.headers.get("X-Amz-Target")
    if target is None:
        return _answer_query(request)
    target = target.decode() if isinstance(target, bytes) else target
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    body: Any = request.body or b"{}"
    try:
        status, answer = _OK, _active[-1].answer(target, json.loads(body))
    except Refusal as error:
        status = _BAD_REQUEST
        answer = {"__type": f"simulated#{error.shape}", "message": str(error), **error.members}
        if target.startswith("AmazonSQS"):
            headers["x-amzn-query-error"] = f"{error.code};Sender"
    raw: Any = _Raw(json.dumps(answer).encode())
    return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), raw)


def _answer_query(request: AWSPreparedRequest) -> AWSResponse:
    """Answer the query protocol, which only STS speaks here."""
    body: Any = request.body or b""
    text = body.decode() if isinstance(body, bytes) else body
    try:
        status, answer = _OK, _active[-1].sts.answer(dict(parse_qsl(text)))
    except Refusal as error:
        status, answer = _FORBIDDEN, refused(error)
    headers = HTTPHeaders.from_dict({"Content-Type": "text/xml"})
    raw: Any = _Raw(answer.encode())
    return AWSResponse(request.url, status, headers, raw)


botocore.handlers.BUILTIN_HANDLERS.append(("before-send", _intercept))
