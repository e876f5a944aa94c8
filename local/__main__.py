"""`python -m local run` and `python -m local demo`, from the project's root folder."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from local.errors import LocalStackError
from local.paths import LOCAL
from local.ports import Ports
from local.processes import STOP_SIGNALS

try:
    from local.demo import demo
    from local.run import run
except ModuleNotFoundError as missing:
    sys.exit(f"{missing}: use make, or .venv/bin/python with PYTHONPATH=functions:.")


def main(given: Sequence[str] | None = None) -> int:
    """Return the exit code: 0 for a stopped run and a demo that ended as PAID."""
    chosen = _parser().parse_args(given)
    for number in STOP_SIGNALS:
        signal.signal(number, _interrupt)
    try:
        return _do(chosen)
    except LocalStackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped, everything ended")
        return 0 if chosen.command == "run" else 1


def _do(chosen: argparse.Namespace) -> int:
    if chosen.command == "demo":
        return 0 if demo(chosen.folder or LOCAL / "demo") else 1
    ports = Ports(
        aws=chosen.aws_port,
        simulator=chosen.simulator_port,
        api=chosen.api_port,
        shop=chosen.shop_port,
    )
    run(chosen.folder or LOCAL, ports)
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: a second Ctrl-C must not interrupt the stopping.
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--folder", type=Path, help="for state and logs, instead of .local")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="one payment from the request to PAID, then stop")
    running = commands.add_parser("run", help="keep the stack running until Ctrl-C")
    wanted = Ports()
    for name, port, what in (
        ("aws", wanted.aws, "the embedded AWS"),
        ("simulator", wanted.simulator, "the simulator of Finpay"),
        ("api", wanted.api, "the API"),
        ("shop", wanted.shop, "the demo shop"),
    ):
        help_text = f"where {what} listens on 127.0.0.1; {port} by default, 0 is any free one"
        running.add_argument(f"--{name}-port", type=int, default=port, help=help_text)
    return parser


if __name__ == "__main__":
    sys.exit(main())
