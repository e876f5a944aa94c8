"""The merchant key rotates, in a real secret with real versions, and nothing is deployed."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from payments.callbacks.url_token import callback_token
from payments.domain.clock import DAY
from payments.domain.transition_table import Status
from payments.finpay.merchant_credentials import MAX_AGE_MS, REFRESH_MS
from testing.builders import (
    MERCHANT_ID,
    MERCHANT_KEY,
    SAMPLE_ORDER_ID,
    load_event,
    make_callback_body,
    make_callback_event,
    make_initiate_event,
    make_request_body,
)
from testing.service import Service
from testing.template import template

NEW_KEY = "the new key"
OVERLAP: int = template()["Parameters"]["KeyOverlapDays"]["Default"] * DAY


def put_secret(service: Service, key: str, **changes: str) -> int:
    """Put another merchant key into the secret, and return when that was."""
    client = boto3.client("secretsmanager")
    pair = json.dumps({"merchantId": MERCHANT_ID, "merchantKey": key})
    client.put_secret_value(**{"SecretId": service.secret, "SecretString": pair} | changes)
    created = client.get_secret_value(SecretId=service.secret)["CreatedDate"]
    return int(created.timestamp() * 1000)


def rotate(service: Service) -> int:
    """Rotate the merchant key, at Finpay as well, and return when the overlap ends."""
    finpay = service.finpay.simulation
    finpay.settings = replace(finpay.settings, merchant_key=NEW_KEY)
    return put_secret(service, NEW_KEY) + OVERLAP


def make_event(url_key: str, signing_key: str) -> dict[str, Any]:
    """A callback whose URL was made with one key, and that is signed with another."""
    token = callback_token(SAMPLE_ORDER_ID, url_key)
    return make_callback_event(make_callback_body(key=signing_key), token=token)


def test_a_key_that_was_rotated_opens_and_verifies_until_the_overlap_ends(
    pending: Service,
) -> None:
    end = rotate(pending)
    pending.clock.at = end - 1
    assert pending.callback(make_event(MERCHANT_KEY, "a guess")).problem == "signature-invalid"
    assert pending.callback(make_event(MERCHANT_KEY, MERCHANT_KEY)).status == 200
    assert pending.payment().status is Status.PAID


def test_a_container_that_knew_the_previous_key_forgets_it_when_the_overlap_ends(
    pending: Service,
) -> None:
    end = rotate(pending)
    pending.clock.at = end - 1
    assert pending.callback(make_event(MERCHANT_KEY, "a guess")).status == 401, "it is let in"
    pending.clock.at = end
    assert pending.callback(make_event(MERCHANT_KEY, NEW_KEY)).status == 404
    assert pending.callback(make_event(NEW_KEY, MERCHANT_KEY)).status == 401
    assert pending.payment().received is None
    assert pending.callback(make_event(NEW_KEY, NEW_KEY)).status == 200
    assert pending.payment().status is Status.PAID


def test_a_container_that_sees_nothing_wrong_learns_of_a_rotation_within_minutes(
    pending: Service,
) -> None:
    pending.clock.at = pending.clock() + OVERLAP + DAY
    read_at = pending.clock.at
    assert pending.callback(make_event(MERCHANT_KEY, "a guess")).status == 401, "it is let in"
    put_secret(pending, NEW_KEY)
    pending.clock.at = read_at + MAX_AGE_MS
    assert pending.callback(make_event(MERCHANT_KEY, MERCHANT_KEY)).status == 404
    assert pending.callback(make_event(NEW_KEY, NEW_KEY)).status == 200


def test_a_secret_that_is_out_of_reach_or_spoilt_later_on_stops_nothing(
    pending: Service,
) -> None:
    assert pending.callback(make_event(MERCHANT_KEY, "a guess")).status == 401
    put_secret(pending, "", SecretString="not JSON")
    pending.clock.at = pending.clock() + MAX_AGE_MS
    assert pending.callback(make_event(MERCHANT_KEY, "a guess")).status == 401
    boto3.client("secretsmanager").delete_secret(
        SecretId=pending.secret, ForceDeleteWithoutRecovery=True
    )
    pending.clock.at += MAX_AGE_MS
    assert pending.callback(make_event(MERCHANT_KEY, MERCHANT_KEY)).status == 200


def test_a_new_key_is_found_without_a_deploy_but_looked_for_once_a_minute(
    pending: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    first = pending.clock()
    guessed = make_event(MERCHANT_KEY, NEW_KEY)
    assert pending.callback(guessed).status == 401
    put_secret(pending, NEW_KEY)
    pending.clock.at = first + REFRESH_MS - 1
    assert pending.callback(guessed).status == 401
    pending.clock.at = first + REFRESH_MS
    assert pending.callback(guessed).status == 200
    assert pending.payment().status is Status.PAID
    assert capsys.readouterr().out.count('"signed_form":"raw"') == 1


def test_a_flood_of_wrong_urls_makes_the_secret_be_read_once_a_minute(pending: Service) -> None:
    def flood(until: int) -> None:
        for _ in range(20):
            assert pending.callback(make_event("a guess", "a guess")).status == 404
        pending.clock.at = until

    first = pending.clock()
    flood(first + REFRESH_MS)
    flood(first + REFRESH_MS + 1)
    put_secret(pending, NEW_KEY)
    flood(first + 2 * REFRESH_MS - 1)
    by_new_key = make_event(NEW_KEY, NEW_KEY)
    assert pending.callback(by_new_key).status == 404, "the flood has had this minute's look"
    pending.clock.at = first + 2 * REFRESH_MS
    assert pending.callback(by_new_key).status == 200


def test_money_for_a_code_that_outlives_the_overlap_is_found_without_its_callback(
    service: Service,
) -> None:
    service.pass_time(0)
    fortnight = make_request_body(timeout=str(14 * DAY // 60_000))
    assert service.api(make_initiate_event(fortnight)).status == 201
    rotate(service)
    service.pass_time(OVERLAP + DAY)
    service.finpay.simulation.order_store.pay(SAMPLE_ORDER_ID)
    assert service.callback(make_event(MERCHANT_KEY, NEW_KEY)).status == 404
    assert service.payment().status is Status.PENDING
    assert service.sweep() == 1
    assert service.payment().status is Status.PAID


def test_the_secret_is_read_once_in_a_container(pending: Service) -> None:
    with pending.asked("secretsmanager", "GetSecretValue") as reads:
        for _ in range(3):
            pending.callback(load_event("callback_paid"))
    assert [read["VersionStage"] for read in reads] == ["AWSCURRENT", "AWSPREVIOUS"]


def test_a_previous_secret_that_makes_no_sense_does_no_harm(pending: Service) -> None:
    put_secret(pending, "", SecretString="[]")
    put_secret(pending, MERCHANT_KEY)
    assert pending.callback(load_event("callback_paid")).status == 200


def answer_once(service: Service, status: int) -> None:
    """Let the next call be refused by somebody in front of Finpay, and all later ones get through.

    The container knows the key that was valid until now, and reads the secret again if need be.
    """
    rotate(service)
    service.clock.at = service.clock() + REFRESH_MS
    service.witness.calls.clear()
    refusals = [({"responseCode": f"{status}0000", "responseMessage": "no"}, status)]
    service.witness.instead = lambda: refusals.pop() if refusals else None


NEW_ORDER = make_initiate_event(make_request_body(id="NEW-1"))


def test_a_request_whose_key_was_refused_is_sent_again_with_the_new_key(pending: Service) -> None:
    answer_once(pending, 401)
    assert pending.api(NEW_ORDER).status == 201
    assert pending.witness.calls == ["initiate", "initiate"]


@pytest.mark.parametrize("status", [403, 404])
def test_another_refusal_is_not_sent_again_with_the_new_key(pending: Service, status: int) -> None:
    # It proves nothing: Finpay may have the order, so it is asked, with the new key in the end.
    answer_once(pending, status)
    assert pending.api(NEW_ORDER).problem == "gateway-refused"
    assert pending.witness.calls == ["initiate", "check", "check"]
    assert pending.payment("NEW-1").status is Status.FAILED


def test_a_refused_key_that_has_not_changed_is_not_tried_again(pending: Service) -> None:
    finpay = pending.finpay.simulation
    finpay.settings = replace(finpay.settings, merchant_key=NEW_KEY)
    pending.clock.at = pending.clock() + REFRESH_MS
    pending.witness.calls.clear()
    assert pending.api(NEW_ORDER).problem == "gateway-refused"
    assert pending.witness.calls == ["initiate"]
    assert len(pending.rows()) == 1, "the request had no effect, so its row is removed"
