"""The line from a function to Finpay, and what may become of a request on it."""

from collections.abc import Callable
from typing import Never, Protocol

import requests

from payments.domain.errors import NotAttempted, OutcomeUnknown
from payments.finpay.http_transport import RawResponse

type Serve = Callable[[requests.Request], RawResponse]
"""What Finpay answers a request that arrived."""
type Take = Callable[[requests.Request], object]
"""What Finpay does with a request whose answer gets lost."""


class Line(Protocol):
    """A Transport, of which it is known what becomes of the request; raises what a Transport does.

    How long everything takes is a matter of simulated time, and not the line's.
    """

    def carry(self, request: requests.Request, serve: Serve) -> RawResponse:
        """The request arrives, and so does the answer."""

    def swallow(self, request: requests.Request, take: Take) -> RawResponse:
        """The request arrives, and its answer gets lost."""

    def lose(self, request: requests.Request) -> RawResponse:
        """The connection ends before the request arrived."""

    def refuse(self, request: requests.Request) -> RawResponse:
        """Nobody takes the connection, or nobody who may be trusted."""


type LineOf = Callable[[str], Line]
"""The line of one process for the requests of a payment, by its order id."""


class HandedOver:
    """No line at all: requests and answers are handed over, and each failure is as it should be."""

    def carry(self, request: requests.Request, serve: Serve) -> RawResponse:
        return serve(request)

    def swallow(self, request: requests.Request, take: Take) -> Never:
        take(request)
        raise OutcomeUnknown

    def lose(self, _: requests.Request) -> Never:
        raise OutcomeUnknown

    def refuse(self, _: requests.Request) -> Never:
        raise NotAttempted
