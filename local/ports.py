"""Which ports of 127.0.0.1 the stack listens on."""

import socket
from contextlib import ExitStack
from dataclasses import dataclass

from local.errors import LocalStackError


@dataclass(frozen=True)
class Ports:
    """One port for each listener; 0 is any free one."""

    aws: int = 4566
    simulator: int = 8090
    api: int = 8080
    shop: int = 8070

    @classmethod
    def any_free(cls) -> "Ports":
        return cls(aws=0, simulator=0, api=0, shop=0)


def claim(wanted: Ports) -> Ports:
    """Turn 0 into a free port each; raise LocalStackError when a wanted port is occupied."""
    with ExitStack() as held:
        return Ports(
            aws=_bound(held, wanted.aws, "aws"),
            simulator=_bound(held, wanted.simulator, "simulator"),
            api=_bound(held, wanted.api, "api"),
            shop=_bound(held, wanted.shop, "shop"),
        )


def _bound(held: ExitStack, port: int, name: str) -> int:
    listener = held.enter_context(socket.socket())
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        # Linux lets two sockets bind one address with SO_REUSEADDR until one of them listens.
        listener.listen()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "a port is 0 to 65535"
        message = (
            f"Port {port} cannot be had ({reason}). Stop what uses it, or choose another: "
            f"--{name}-port PORT (0 is any free one), with make: "
            f'make run ARGS="--{name}-port PORT"'
        )
        raise LocalStackError(message) from error
    bound: int = listener.getsockname()[1]
    return bound
