"""One cold start, in a process of its own: `first_answer.py ARTIFACT START`.

Imports the handler out of the artifact, has it answer one event, and prints the modules that this
took. Network is a pair of sockets in the process, so that the work is the same in each run. Only
the standard library is used, and of that nothing that the handler would not import anyway.
"""

import json
import os
import socket
import sys
from importlib import import_module
from typing import Any


class Wire(socket.socket):
    """A connection whose other end answers each request by the conditions's script."""

    def __init__(self, script: dict[str, Any]) -> None:
        mine, self._other = socket.socketpair()
        super().__init__(fileno=mine.detach())
        self._script = script
        self._sent = b""

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        self._sent += bytes(data)
        head, ended, body = self._sent.partition(b"\r\n\r\n")
        lines = (line.partition(b": ") for line in head.split(b"\r\n")[1:])
        fields = {name.lower(): value for name, _, value in lines}
        if not ended or len(body) < int(fields.get(b"content-length", 0)):
            return
        self._sent = b""
        answer = json.dumps(self._answer(head.decode(), fields, body.decode())).encode()
        length = f"Content-Length: {len(answer)}\r\n\r\n".encode()
        kind = b"Content-Type: application/json\r\n"
        self._other.sendall(b"HTTP/1.1 200 OK\r\n" + kind + length + answer, flags)

    def _answer(self, head: str, fields: dict[bytes, bytes], body: str) -> Any:
        """By the operation and the table, or the path of what is no call of AWS."""
        target = fields.get(b"x-amz-target", b"").decode().rpartition(".")[2]
        name = target or head.split(" ")[1]
        table = json.loads(body).get("TableName", "") if target else ""
        return self._script.get(f"{name} {table}".rstrip(), {})


class Context:
    """Lambda's context, with time enough."""

    function_name = "finpay"
    function_version = "1"
    invoked_function_arn = "arn:aws:lambda:ap-southeast-3:123456789012:function:finpay:live"
    memory_limit_in_mb = "512"
    aws_request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    log_group_name = "/aws/lambda/finpay"
    log_stream_name = "2023/04/04/[1]0123456789abcdef0123456789abcdef"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def main(artifact: str, start_file: str) -> None:
    with open(start_file, encoding="utf-8") as file:  # noqa: PTH123 - no import that is not needed
        conditions = json.load(file)
    os.environ.update(conditions["environment"])
    sys.path.insert(0, artifact)
    handler = import_module(conditions["module"]).lambda_handler
    connection = import_module("urllib3.util.connection")
    connection.create_connection = lambda *_, **__: Wire(conditions["script"])  # type: ignore[attr-defined]
    out, sys.stdout = sys.stdout, sys.stderr  # where logs go
    answer = handler(conditions["event"], Context())
    json.dump({"answer": answer, "modules": sorted(sys.modules)}, out)


main(*sys.argv[1:])
