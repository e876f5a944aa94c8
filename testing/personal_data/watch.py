"""Looks at everything that the functions tell anybody, and at what was written to a stack's disk.

One check watches the tests that go through handlers (`plugin.py`). What it looks
at is handed to it where it leaves the code under test, so a test need not know of it: answers of
handlers and what they raise, names and annotations of spans, requests to AWS (and with them items,
messages and log events), whatever is printed.
"""

import contextlib
import stat
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from mypy_boto3_dynamodb import DynamoDBClient

from local.aws import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Aws
from payments.observability import tracing
from testing.personal_data.marks import leaks_in
from testing.personal_data.places import CODE, SECRETS, SERVICES, may_hold

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


class PersonalDataCheck:
    """Keeps what was found, each finding as a sentence."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, place: str, text: str, *, allowed: frozenset[str] = frozenset()) -> None:
        """Note the marks in a text that are of none of the allowed kinds."""
        for leak in leaks_in(text):
            if leak.kind not in allowed:
                self.found.append(f"{leak.kind} ({leak.form}) in {place}: …{leak.around}…")

    @contextmanager
    def planted(self) -> Iterator[list[str]]:
        """Give what is found from here on, and hold it against nobody: it was put there."""
        before, self.found = self.found, []
        try:
            yield self.found
        finally:
            self.found = before

    def take(self) -> list[str]:
        """What was found since the last time, each finding once."""
        taken, self.found = list(dict.fromkeys(self.found)), []
        return taken

    def demand_clean(self, place: str) -> None:
        """Raise AssertionError with all that was found since the last time."""
        found = self.take()
        assert not found, "\n".join([f"Personal data got out on {place}:", *found])

    # Where things leave the code under test

    def watched(self, name: str, module: ModuleType, attribute: str) -> Handler:
        """A function's handler. Looks at what it returns, and at the traceback of an exception."""
        handler: Handler = getattr(module, attribute)

        def watching(event: dict[str, Any], context: Any) -> dict[str, Any]:
            try:
                answer = handler(event, context)
            except Exception as error:
                raised = "".join(traceback.format_exception(error))
                self.look(f"what {name} raises", raised)
                raise
            self.look(f"an answer of {name}", str(answer))
            return answer

        return watching

    def watch_spans(self) -> None:
        """Look at what goes into a trace, also where nothing is traced."""
        span, annotate = tracing.span, tracing.annotate

        def watched_span(name: str, *, remote: bool = False) -> AbstractContextManager[None]:
            self.look("a span", name)
            return span(name, remote=remote)

        def watched_annotate(annotations: Mapping[str, str]) -> None:
            self.look("an annotation of a span", str(annotations))
            annotate(annotations)

        vars(tracing).update(span=watched_span, annotate=watched_annotate)

    def look_at_request(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> None:
        service, operation = event_name.split(".")[1:]
        sent: Any = request.body or b""
        body = sent.decode(errors="replace") if isinstance(sent, bytes) else str(sent)
        allowed = SECRETS if service in SERVICES else frozenset[str]()
        self.look(f"a request to {service}, {operation}", body, allowed=allowed)

    # What a local stack leaves

    def look_at_stack(self, aws: Aws) -> None:
        """Look at every item of every table and every line of every function's log."""
        self.look_at_tables(aws.dynamodb())
        logs: Any = boto3.client(
            "logs",
            endpoint_url=aws.endpoint,
            region_name=aws.region,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            config=Config(proxies={}),
        )
        for page in logs.get_paginator("describe_log_groups").paginate():
            for group in page["logGroups"]:
                for lines in logs.get_paginator("filter_log_events").paginate(
                    logGroupName=group["logGroupName"]
                ):
                    text = "\n".join(line["message"] for line in lines["events"])
                    self.look(f"the log {group['logGroupName']}", text)

    def look_at_tables(self, dynamodb: DynamoDBClient) -> None:
        for names in dynamodb.get_paginator("list_tables").paginate():
            for table in names["TableNames"]:
                for page in dynamodb.get_paginator("scan").paginate(TableName=table):
                    for item in page["Items"]:
                        self.look(f"an item of {table}", str(item))

    def look_at_files(self, folder: Path) -> None:
        """Look at every file of a local stack."""
        for here, folders, names in folder.walk():
            folders[:] = [name for name in folders if not fnmatch(name, CODE)]
            for file in (here / name for name in names):
                self._look_at_file(folder, file)

    def _look_at_file(self, folder: Path, file: Path) -> None:
        # A stack that still runs may remove its files while they are looked at.
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISREG(file.lstat().st_mode):
                path = str(file.relative_to(folder))
                text = file.read_bytes().decode(errors="replace")
                self.look(f"the file {folder.name}/{path}", text, allowed=may_hold(path))

    def look_at_sections(self, sections: Mapping[str, str]) -> None:
        """Look at what pytest captured."""
        for title, text in sections.items():
            self.look(title.lower(), text)


CHECK = PersonalDataCheck()
"""The one of this run of pytest."""
CHECK.watch_spans()

# Clients that are made from now on are watched, whichever AWS answers them.
botocore.handlers.BUILTIN_HANDLERS.insert(0, ("before-send", CHECK.look_at_request))
