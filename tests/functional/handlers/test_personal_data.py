"""The personal-data check finds what a handler lets out, wherever it goes."""

import json
import sys
from typing import Any

import pytest

from payments.domain.errors import GatewayRejected
from testing.builders import make_initiate_event, make_request_body
from testing.personal_data import marks
from testing.personal_data.watch import PersonalDataCheck
from testing.service import Service


@pytest.mark.parametrize("name", ["EMAIL", "PHONE", "FIRST_NAME", "MERCHANT_KEY"])
def test_a_handler_that_prints_what_it_was_sent_is_found(
    service: Service,
    personal_data: PersonalDataCheck,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    mark = getattr(marks, name)
    monkeypatch.setattr("storefront_api.app.parse_order", lambda *_: sys.stdout.write(mark))
    with personal_data.planted() as found:
        service.api(make_initiate_event(make_request_body()))
        capsys.readouterr()
    assert found
    assert all("what was printed" in finding for finding in found)


def test_a_handler_that_answers_what_it_was_sent_is_found(
    service: Service, personal_data: PersonalDataCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise GatewayRejected("4000001", f"no such customer: {marks.EMAIL}")

    monkeypatch.setattr("storefront_api.app.parse_order", refuse)
    with personal_data.planted() as found:
        service.api(make_initiate_event(make_request_body()))
    assert [
        finding for finding in found if "e-mail (plain) in an answer of StorefrontApi" in finding
    ]


def test_a_message_with_a_name_is_found(service: Service, personal_data: PersonalDataCheck) -> None:
    with personal_data.planted() as found:
        service.sqs.send_message(
            QueueUrl=service.sync_queue, MessageBody=json.dumps({"for": marks.LAST_NAME})
        )
    assert "last name (escaped as in JSON) in a request to sqs, SendMessage" in found[0]
