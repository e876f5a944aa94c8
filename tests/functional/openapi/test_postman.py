"""The Postman collection is made from the document, and each of its requests gets its status."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from ops.openapi import postman
from payments.domain.payment import is_order_id
from payments.payment_requests.simulated_outcomes import NAMES
from testing.personal_data.marks import PERSONAL, leaks_in
from testing.registry import make_registry
from testing.service import Service
from testing.template import ROOT
from tests.functional.openapi.front import Front, serving
from tests.functional.openapi.test_document import operations

FILE = ROOT / "docs/finpay.postman_collection.json"
COLLECTION = postman.collection()

type Item = dict[str, Any]


def items() -> list[Item]:
    return [item for folder in COLLECTION["item"] for item in folder["item"]]


def script(item: Item, listen: str) -> list[str]:
    return [
        line for one in item["event"] if one["listen"] == listen for line in one["script"]["exec"]
    ]


def status_of(item: Item) -> int:
    """The status that the item's own test asks for."""
    (line,) = script(item, "test")
    match = re.fullmatch(
        r'pm\.test\("(\d+)", \(\) => pm\.response\.to\.have\.status\(\1\)\);', line
    )
    assert match
    return int(match[1])


class Runner:
    """Does what Postman does: variables, authorization, headers, body."""

    def __init__(self, url: str, api_key: str) -> None:
        self.variables = {one["key"]: one["value"] for one in COLLECTION["variable"]}
        self.variables |= {"baseUrl": url, "apiKey": api_key}
        self._orders = iter(range(1, 1000))

    def send(self, item: Item) -> requests.Response:
        if script(item, "prerequest") == [postman.NEW_ORDER]:
            self.variables["orderId"] = f"POSTMAN-{1795659000000 + next(self._orders)}"
        request = item["request"]
        headers = {one["key"]: self._filled(one["value"]) for one in request["header"]}
        auth = request.get("auth", COLLECTION["auth"])
        if auth["type"] == "bearer":
            (token,) = auth["bearer"]
            headers["Authorization"] = f"Bearer {self._filled(token['value'])}"
        body = self._filled(request.get("body", {}).get("raw", ""))
        url = self._filled(request["url"]["raw"])
        return requests.request(request["method"], url, headers=headers, data=body, timeout=30)

    def _filled(self, text: str) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda match: self.variables[match[1]], text)


@pytest.fixture
def runner(service: Service) -> Iterator[Runner]:
    queue = service.sqs.create_queue(QueueName="SimulatedCallbacksQueue")["QueueUrl"]
    service.settings |= {"SIMULATED_CALLBACKS_QUEUE": queue, "STAGE": "dev"}
    key = make_registry(service.dynamodb).create("contoh", ["*"]).api_key
    with serving(Front(service)) as url:
        yield Runner(url, key)


def test_the_committed_collection_is_the_one_that_the_code_makes() -> None:
    assert FILE.read_text() == postman.render(), "run make docs"


def test_every_request_gets_the_status_that_its_test_asks_for(runner: Runner) -> None:
    answers = [(item["name"], runner.send(item).status_code) for item in items()]
    assert answers == [(item["name"], status_of(item)) for item in items()]
    assert len(answers) >= 8 + len(NAMES)


def test_an_outcome_can_be_asked_for_by_each_of_its_names() -> None:
    _, tests, _ = COLLECTION["item"]
    assert len(tests["item"]) == len(NAMES)


def test_every_storefronts_operation_is_in_it() -> None:
    wanted = {
        name.replace("{", "{{").replace("}", "}}")
        for name, operation in operations()
        if operation["tags"] == ["payments"]
    }
    sent = {
        f"{item['request']['method']} /{'/'.join(item['request']['url']['path'])}"
        for item in items()
    }
    assert wanted <= sent


def test_each_request_shows_the_answers_that_are_documented() -> None:
    for item in items():
        codes = {answer["code"] for answer in item["response"]}
        assert codes == ({status_of(item)} if status_of(item) != 304 else set()), item["name"]


def test_the_collection_has_no_key() -> None:
    assert [one["value"] for one in COLLECTION["variable"] if one["key"] == "apiKey"] == [""]
    found = {leak.kind for leak in leaks_in(json.dumps(COLLECTION))}
    assert not found - PERSONAL, "of Finpay's own sample there is the customer"


def test_the_format_is_postmans_and_its_ids_are_order_ids() -> None:
    assert COLLECTION["info"]["schema"].endswith("/collection/v2.1.0/collection.json")
    prefix = re.findall(r'"(POSTMAN-)" \+ Date\.now\(\)', postman.NEW_ORDER)
    assert [is_order_id(f"{one}1795659000000") for one in prefix] == [True]
