"""Whether Finpay could reach this API, and whether the deployed function has the secret's key.

Nothing changes by it. A URL whose token is a guess is refused before any work; and at a URL with a
good token a body that is no JSON is refused before anything is read or stored, since it is neither
signed nor about any order. That it is refused differently tells that the token was accepted, which
the function can only do with the key that is in the secret. A signed callback is not sent: for an
order that is not here it would be kept in quarantine, and ring an alarm.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from ops.doctor.finding import Finding, bad, good, skipped
from ops.doctor.merchant import nobodys_order
from payments.callbacks.url_token import callback_url

_SECONDS = 30
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
MAX_SKEW_MS = 5_000
"""Leases bear eight seconds of difference between two clocks."""


class Reply(NamedTuple):
    """The status and Date header of an answer, and when it came by this machine's clock (ms)."""

    status: int
    date: str
    at: int


class Unreachable(Exception):
    """No answer came; the message says why."""


def findings(base_url: str, merchant_key: str) -> Iterator[Finding]:
    """What is found at the URL under which Finpay reaches this API."""
    subject, order_id = "callback", nobodys_order()
    yield certificate(base_url)
    try:
        stranger = post(callback_url(base_url, order_id, "a guess"))
        known = post(callback_url(base_url, order_id, merchant_key))
    except Unreachable as error:
        remedy = "is CallbackBaseUrl right, and the API deployed? Finpay needs https, and no login"
        yield bad(subject, f"{base_url} cannot be reached: {error}", remedy)
        return
    match stranger.status, known.status:
        case 404, 400:
            yield good(subject, "a stranger is refused, and our own URL is let in")
        case 404, 404:
            remedy = "the secret was just changed? Wait five minutes; else deploy again"
            yield bad(subject, "our own URL is refused: the function has another key", remedy)
        case one, other:
            remedy = "look at the alarms of the function finpay_callback, and at its logs"
            yield bad(subject, f"it answered {one} and {other} instead of 404 and 400", remedy)
    yield clock("clock", "the API", known)


def certificate(base_url: str) -> Finding:
    """Whether a certificate can be, and is, valid; requests verifies it with each exchange."""
    subject, parts = "certificate", urlsplit(base_url)
    if parts.scheme == "https":
        try:
            requests.head(base_url, timeout=_SECONDS, allow_redirects=False)
        except requests.exceptions.SSLError:
            return bad(
                subject, f"that of {parts.hostname} is not valid", "Finpay refuses it: renew"
            )
        except requests.RequestException as error:
            return skipped(subject, f"no answer ({type(error).__name__}), see callback")
        return good(subject, f"that of {parts.hostname} is valid")
    if parts.hostname in _LOOPBACK:
        return skipped(subject, "plain http on this machine has none")
    remedy = "Finpay calls https only: deploy with a CallbackBaseUrl of https"
    return bad(subject, f"{base_url} is plain http", remedy)


def clock(subject: str, whose: str, reply: Reply) -> Finding:
    """How far this machine's clock and that of an answer's Date are apart."""
    try:
        theirs = int(parsedate_to_datetime(reply.date).timestamp() * 1000)
    except ValueError:
        return skipped(subject, f"{whose} tells no time")
    # The header has whole seconds, cut off.
    apart = max(0, theirs - reply.at, reply.at - theirs - 1000)
    if apart > MAX_SKEW_MS:
        remedy = "set this machine's clock (NTP); if it is right, tell whom the other one is"
        return bad(subject, f"this machine and {whose} are {apart / 1000:.0f} s apart", remedy)
    return good(subject, f"this machine and {whose} agree within {MAX_SKEW_MS // 1000} s")


def post(url: str) -> Reply:
    """Send what is no JSON; raises Unreachable. The URL is never told: its token is a secret."""
    return _reply("POST", url, "{")


def get(url: str) -> Reply:
    """Ask for a page, whatever it is; raises Unreachable."""
    return _reply("GET", url, "")


def _reply(method: str, url: str, body: str) -> Reply:
    try:
        answer = requests.request(method, url, data=body, timeout=_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise Unreachable(type(error).__name__) from None
    return Reply(answer.status_code, answer.headers.get("Date", ""), time.time_ns() // 1_000_000)
