"""Keeps the stack running until Ctrl-C, for a storefront in development."""

import time
from pathlib import Path

from local.ports import Ports
from local.progress import step
from local.stack import LocalStack
from local.state import RunningStack

HELP = """
The shop    {shop_url}
The till    {till_url} (pays codes, and breaks things)
The API     {api_url}
Its key     {api_key}
Try it      {api_url}/docs (the API as a page, with the key)
Finpay      {simulator_url} (the simulator)
All this    {folder}/stack.json, with the logs beside it

Create a payment:
  curl -X POST {api_url}/payments -H 'Authorization: Bearer {api_key}' \\
    -H 'Content-Type: application/json' -d @{sample}
Pay it in the simulator:
  curl -X POST {simulator_url}/_simulator/orders/1680576995412/pay \\
    -H 'Content-Type: application/json' -d '{{"channel": "INDOMARET"}}'
Look at it:
  curl {api_url}/payments/1680576995412 -H 'Authorization: Bearer {api_key}'

Ctrl-C stops everything, and what was stored is gone: the next run has a new key.
"""


def run(folder: Path, ports: Ports) -> None:
    """Start the stack and keep it up; return only by an exception, such as an interrupt.

    The simulator and the shop are started again when they end. It raises LocalStackError when that
    does not work, or when MiniStack ends.
    """
    stack = LocalStack(folder, ports)
    with stack as running:
        print(_help(running, folder), flush=True)
        while True:
            time.sleep(1)
            revive(stack)


def revive(stack: LocalStack) -> None:
    """Start again what has ended; raise LocalStackError when its data ended with it."""
    for name in stack.ended():
        with step(f"{name} ended; starting it again"):
            stack.restart(name)


def _help(running: RunningStack, folder: Path) -> str:
    return HELP.format(
        api_url=running.api_url,
        api_key=running.api_key,
        simulator_url=running.simulator_url,
        shop_url=running.shop_url,
        till_url=running.till_url,
        folder=folder,
        sample="local/sample-request.json",
    )
