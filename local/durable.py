"""MiniStack whose items and deployed stack outlive `kill -9`; runs in MiniStack's environment.

MiniStack 1.5.33 keeps its state in memory and saves it only when it ends in order. Here every
change of a DynamoDB item is in a journal before its request is answered, a change of several items
in one entry; and `POST /_local/snapshot`, called once after the deploy, saves all services with
MiniStack's own persistence. A start with both brings back the tables with their items and streams,
and the rest (functions, API, roles, secret, queues, mappings, schedules) as of the snapshot, under
the same ids.

Lost are messages in queues, logs, and what was changed outside of items after the snapshot. An
event source mapping of a stream may see the records once more that it took since the last write.

It relies on undocumented parts, so look at these when MiniStack is upgraded: all items change in
`dynamodb._set_item` and `_remove_item`, all stream records come from `_emit_stream_event`, requests
go through `dynamodb.handle_request`, and `app` loads and saves each service by `get_state` and
`load_persisted_state`. `tests/stack/test_kill*.py` fail when one of them is no longer so.
"""

import os
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from ministack import app as server
from ministack.core import persistence
from ministack.services import dynamodb, lambda_svc

from local import iam_names
from simulator.journal import Journal

type Change = dict[str, Any]

SNAPSHOT = "/_local/snapshot"
# The changes of the request that is being worked on; none outside of one, as in the TTL reaper.
_changes: ContextVar[list[Change] | None] = ContextVar("changes", default=None)


class WriteThrough:
    """Stands between DynamoDB's requests and its items."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._set_item = dynamodb._set_item
        self._remove_item = dynamodb._remove_item
        self._emit = dynamodb._emit_stream_event
        self._handle = dynamodb.handle_request

    def install(self) -> None:
        dynamodb._set_item = self.set_item
        dynamodb._remove_item = self.remove_item
        dynamodb._emit_stream_event = self.emit
        dynamodb.handle_request = self.handle

    async def handle(self, *request: Any) -> Any:
        changes: list[Change] = []
        token = _changes.set(changes)
        try:
            answer = await self._handle(*request)
        finally:
            _changes.reset(token)
        # A transaction that failed was rolled back.
        if changes and answer[0] == 200:  # noqa: PLR2004 - HTTP's OK
            self._write(changes)
        return answer

    def set_item(self, table: Any, hash_key: str, range_key: str, item: Any) -> Any:
        old = self._set_item(table, hash_key, range_key, item)
        self._changed({"table": table["TableArn"], "key": [hash_key, range_key], "item": item})
        return old

    def remove_item(self, table: Any, hash_key: str, range_key: str) -> Any:
        old = self._remove_item(table, hash_key, range_key)
        self._changed({"table": table["TableArn"], "key": [hash_key, range_key], "item": None})
        return old

    def emit(self, table_name: str, *what: Any, **how: Any) -> None:
        before = dynamodb.stream_end_position(table_name)
        self._emit(table_name, *what, **how)
        for record in dynamodb.stream_records_since(table_name, before, 1):
            self._changed({"table": dynamodb._tables[table_name]["TableArn"], "record": record})

    def _changed(self, change: Change) -> None:
        changes = _changes.get()
        if changes is None:
            self._write([change])
        else:
            changes.append(change)

    def _write(self, changes: list[Change]) -> None:
        positions = lambda_svc._dynamodb_stream_positions.all_items()
        self._journal.write(
            "write", {"changes": changes, "positions": [[*key, place] for key, place in positions]}
        )

    def replay(self) -> None:
        """Bring the tables, as of the snapshot, to the end of the journal."""
        for _, facts in self._journal.entries():
            for change in facts["changes"]:
                self._apply(change)

    def _apply(self, change: Change) -> None:
        _, _, _, region, account, name = change["table"].split(":", 5)
        scope = (account, region, name.removeprefix("table/"))
        table = dynamodb._tables.get_scoped(*scope)
        if table is None:
            return
        if "record" in change:
            if not dynamodb._stream_records.contains_scoped(*scope):
                dynamodb._stream_records.set_scoped(*scope, [])
            dynamodb._stream_records.get_scoped(*scope).append(change["record"])
        elif change["item"] is None:
            self._remove_item(table, *change["key"])
        else:
            self._set_item(table, *change["key"], change["item"])

    def positions(self) -> list[list[Any]]:
        """Account, region, mapping and place in its stream, as of the last entry."""
        last: list[list[Any]] = []
        for _, facts in self._journal.entries():
            last = facts["positions"]
        return last


def load_journal_too(writes: WriteThrough) -> None:
    """Let each of the two services load what came after the snapshot along with it."""
    load_tables, load_functions = dynamodb.load_persisted_state, lambda_svc.load_persisted_state

    def tables(data: Any) -> None:
        load_tables(data)
        writes.replay()

    def functions(data: Any) -> None:
        # Before the mappings start: they would read their streams from the beginning.
        for account, region, mapping, place in writes.positions():
            data["dynamodb_stream_positions"].set_scoped(account, region, mapping, place)
        load_functions(data)

    dynamodb.load_persisted_state, lambda_svc.load_persisted_state = tables, functions


def save(folder: Path) -> None:
    """Save all services; raise RuntimeError when one was not, which MiniStack only logs."""
    services = server._build_persistence_save_dict()
    persistence.save_all(services)
    missing = [name for name in services if not (folder / f"{name}.json").exists()]
    if missing:
        raise RuntimeError(f"not saved: {missing}")


def add_snapshot(folder: Path) -> None:
    serve = server.app

    async def serve_with_snapshot(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != SNAPSHOT:
            await serve(scope, receive, send)
            return
        save(folder)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    server.app = serve_with_snapshot


def main() -> None:
    folder = Path(persistence.STATE_DIR)
    writes = WriteThrough(Journal(folder / "items.journal"))
    writes.install()
    iam_names.install()
    load_journal_too(writes)
    add_snapshot(folder)
    # The project was the working directory to be imported from; functions have no part in it.
    os.chdir(folder)
    server.main()


if __name__ == "__main__":
    main()
