"""Storefronts verify our webhooks with the reference library of Standard Webhooks."""

import base64
import json
import time

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from payments.webhooks.signature import signed_headers

OLD, NEW = b"o" * 32, b"n" * 32
BODY = b'{"type":"payment.paid","timestamp":"2026-11-25T03:00:00.123Z","data":{"orderId":"A-1"}}'


def library(secret: bytes) -> Webhook:
    return Webhook("whsec_" + base64.b64encode(secret).decode())


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_the_reference_library_accepts_each_live_secret(secret: bytes) -> None:
    headers = signed_headers("evt_A-1_3", int(time.time()), BODY, [NEW, OLD])
    assert library(secret).verify(BODY.decode(), headers) == json.loads(BODY)


def test_the_headers_are_written_as_the_standard_writes_them() -> None:
    names = {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert signed_headers("evt_A-1_3", 0, BODY, [NEW]).keys() == names


def test_a_secret_that_is_not_live_proves_nothing() -> None:
    headers = signed_headers("evt_A-1_3", int(time.time()), BODY, [NEW])
    with pytest.raises(WebhookVerificationError):
        library(OLD).verify(BODY.decode(), headers)


def test_id_time_and_body_are_all_signed() -> None:
    now = int(time.time())
    headers = signed_headers("evt_A-1_3", now, BODY, [NEW])
    others = [
        (headers | {"webhook-id": "evt_A-1_4"}, BODY),
        (headers | {"webhook-timestamp": str(now - 1)}, BODY),
        (headers, BODY.replace(b"A-1", b"A-2")),
    ]
    for changed, body in others:
        with pytest.raises(WebhookVerificationError):
            library(NEW).verify(body.decode(), changed)
