"""`python -m simulator --port 8090` with PYTHONPATH=functions:."""

import argparse
import signal
import threading
from pathlib import Path

from simulator import server
from simulator.settings import MERCHANT_ID, MERCHANT_KEY


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="A simulator of Finpay")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--merchant-id", default=MERCHANT_ID)
    parser.add_argument("--merchant-key", default=MERCHANT_KEY)
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second")
    parser.add_argument(
        "--source", action="append", help="an enabled sourceOfFunds type; without it, all are"
    )
    parser.add_argument(
        "--check-without-code", action="store_true", help="status checks hold no payment code"
    )
    parser.add_argument(
        "--callback-host", action="append", default=[], help="also call back to this host"
    )
    parser.add_argument("--journal", type=Path, help="keep orders here, and go on from it")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> None:
    chosen = arguments(given)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    with server.start(
        chosen.port,
        merchant_id=chosen.merchant_id,
        merchant_key=chosen.merchant_key,
        speed=chosen.speed,
        enabled_sources=frozenset(chosen.source) if chosen.source else None,
        check_shows_code=not chosen.check_without_code,
        callback_hosts=frozenset(chosen.callback_host),
        journal=chosen.journal,
    ) as running:
        print(f"Finpay simulator at {running.url} for merchant {chosen.merchant_id}")
        print(f"Its till at {running.till_url}", flush=True)
        done.wait()


if __name__ == "__main__":
    main()
