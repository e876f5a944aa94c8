"""What a running stack tells others, in `stack.json`, and that only one runs in a folder."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws import Aws
from local.errors import LocalStackError


@dataclass(frozen=True)
class RunningStack:
    """How to reach a running stack; `stack.json` has the same in camelCase."""

    api_url: str
    api_key: str
    webhook_secret: str
    simulator_url: str
    shop_url: str
    aws_endpoint: str
    region: str
    merchant_id: str
    merchant_key: str
    storefront_id: str
    outputs: Mapping[str, str]
    pids: Mapping[str, int]

    @property
    def till_url(self) -> str:
        """The simulator's page on which codes are paid."""
        return f"{self.simulator_url}/till/"

    @property
    def aws(self) -> Aws:
        return Aws(self.aws_endpoint, self.region)

    def as_json(self) -> dict[str, Any]:
        return {
            "apiUrl": self.api_url,
            "apiKey": self.api_key,
            "webhookSecret": self.webhook_secret,
            "simulatorUrl": self.simulator_url,
            "tillUrl": self.till_url,
            "shopUrl": self.shop_url,
            "awsEndpoint": self.aws_endpoint,
            "region": self.region,
            "merchantId": self.merchant_id,
            "merchantKey": self.merchant_key,
            "storefrontId": self.storefront_id,
            "outputs": dict(self.outputs),
            "pids": dict(self.pids),
        }


@contextmanager
def only_one_in(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; raise LocalStackError when another process holds it.

    The lock goes with the process however it ends, so a stack.json without it is a dead run's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "stack.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LocalStackError(_running_already(folder)) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _clean_up_after_a_dead_run(folder)
        yield


@contextmanager
def kept_while_it_runs(folder: Path) -> Iterator[Path]:
    """Give an empty folder for what outlives a part of the stack, and not the stack itself.

    It holds keys and made-up payments, so only its owner may look into it.
    """
    state = folder / "state"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(mode=0o700)
    try:
        yield state
    finally:
        shutil.rmtree(state, ignore_errors=True)


@contextmanager
def published(folder: Path, running: RunningStack) -> Iterator[None]:
    """Keep stack.json in `folder` while the stack runs."""
    publish(folder, running)
    try:
        yield
    finally:
        (folder / "stack.json").unlink(missing_ok=True)


def publish(folder: Path, running: RunningStack) -> None:
    """Write stack.json; it holds keys, so only its owner may read it."""
    draft = folder / "stack.json.draft"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(running.as_json(), indent=2) + "\n")
    draft.replace(folder / "stack.json")


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Wait until no other process is in here: what runs share must not be made twice at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is building at this moment; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _running_already(folder: Path) -> str:
    pid = (folder / "stack.lock").read_text()
    file = folder / "stack.json"
    try:
        where = f"at {json.loads(file.read_text())['apiUrl']}"
    except FileNotFoundError:
        where = "and still starting"
    return f"A local stack runs already, {where} (process {pid}). Stop it first: kill {pid}"


def _clean_up_after_a_dead_run(folder: Path) -> None:
    file = folder / "stack.json"
    if file.exists():
        print(f"The last run did not stop in order; removing its {file}")
        file.unlink()
