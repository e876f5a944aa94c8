"""`python -m examples.shop`, or `python -m shop` where the folder was copied to."""

import os
import signal
import sys

from werkzeug.serving import WSGIRequestHandler, run_simple

from .app import create_app
from .settings import Settings


class _Quiet(WSGIRequestHandler):
    """Prints no request: whoever knows an order's address may look at it."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings, port = Settings.read(os.environ), int(os.environ["PORT"])
    except KeyError as missing:
        sys.exit(f"{missing} is not set; README.md of the shop says what is needed")
    run_simple("127.0.0.1", port, create_app(settings), threaded=True, request_handler=_Quiet)


if __name__ == "__main__":
    main()
