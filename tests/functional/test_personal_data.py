"""The personal-data check finds what is planted, and knows the tests' customers and keys."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote, urlencode

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from payments.callbacks import signature
from payments.observability import tracing
from testing.builders import (
    load_event,
    make_callback_fields,
    make_customer,
    make_request_body,
)
from testing.personal_data import marks, places
from testing.personal_data.marks import leaks_in
from testing.personal_data.watch import PersonalDataCheck
from testing.registry import make_registry
from testing.service import Context
from testing.template import ROOT, functions

CUSTOMER = make_customer()


def kinds(text: str) -> set[str]:
    return {leak.kind for leak in leaks_in(text)}


# What a mark looks like


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("first name", marks.FIRST_NAME),
        ("last name", marks.LAST_NAME),
        ("customer id", marks.CUSTOMER_ID),
        ("e-mail", marks.EMAIL),
        ("phone", marks.PHONE),
        ("phone", "0" + marks.PHONE[3:]),
        ("street", marks.STREET),
        ("merchant key", marks.MERCHANT_KEY),
        ("first name", "Hajar"),
        ("e-mail", "hajar.finnet@gmail.com"),
    ],
)
@pytest.mark.parametrize(
    "written",
    [
        str,
        str.upper,
        str.lower,
        json.dumps,
        lambda value: json.dumps(json.dumps({"in": json.dumps(value)})),
        lambda value: json.dumps(value, ensure_ascii=False),
        lambda value: quote(value, safe=""),
        lambda value: urlencode({"of": value}),
        lambda value: repr(value.encode()),
        "before {} and after".format,
        "(<{}>)".format,
    ],
)
def test_a_mark_is_found_however_it_is_written(
    kind: str, value: str, written: Callable[[str], str]
) -> None:
    assert kind in kinds(written(value))


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
@pytest.mark.parametrize("value", [marks.EMAIL, marks.PHONE, marks.MERCHANT_KEY, marks.LAST_NAME])
def test_a_mark_is_found_within_base64(before: str, value: str) -> None:
    assert kinds(base64.b64encode(f"{before}{value} and more".encode()).decode())


def test_the_authorization_at_finpay_is_found() -> None:
    assert "merchant's authorization" in kinds(f"Authorization: Basic {marks.BASIC}")


def test_keys_and_signatures_that_nobody_knows_beforehand_are_found(
    dynamodb: DynamoDBClient, personal_data: PersonalDataCheck
) -> None:
    made = make_registry(dynamodb).create("toko-satu", ["*"])
    assert kinds(f"key={made.api_key}.") == {"API key"}
    assert kinds(json.dumps({"secret": made.webhook_secret})) == {"webhook secret"}
    signed = signature.sign(make_callback_fields(), "any key")
    assert kinds(f'"signature":"{signed}"') == {"Finpay's signature"}
    mac = base64.b64encode(bytes(32)).decode()
    assert kinds(f"webhook-signature: v1,{mac}") == {"webhook's signature"}
    assert kinds(load_event("callback_paid")["rawPath"]) == {"callback's token"}
    assert not personal_data.found, "the registry keeps a digest and a sealed secret"


def test_what_looks_a_little_like_a_mark_is_none() -> None:
    random = "c2hhajarZGVm/hajar+ismail9 sk_demo_short whsec_ 0812 1680576995412 " + "0f" * 32
    assert not kinds(random)
    assert not kinds(json.dumps(load_event("payment_stream")))


# What the suite runs with


def test_every_customer_of_the_builders_and_events_is_made_of_marks() -> None:
    bodies = [json.loads(load_event(file.stem).get("body") or "{}") for file in events()]
    bodies += [make_request_body(), make_callback_fields()]
    people = [body["customer"] for body in bodies if "customer" in body]
    people += [make_request_body()["shipping"]["contact"]]
    assert len(people) > 5
    unmarked = [(k, v) for person in people for k, v in person.items() if not kinds(v)]
    assert not unmarked


def test_every_key_of_the_events_is_a_mark() -> None:
    headers = [load_event(file.stem).get("headers", {}) for file in events()]
    keys = [header["authorization"] for header in headers if "authorization" in header]
    assert len(keys) > 3
    assert all(kinds(key) for key in keys)


def events() -> list[Path]:
    return sorted((ROOT / "events").glob("*.json"))


# What is planted


@pytest.mark.parametrize("name", functions())
def test_what_any_function_answers_or_raises_is_looked_at(
    personal_data: PersonalDataCheck, name: str
) -> None:
    def failing(event: dict[str, Any], _: Any) -> dict[str, Any]:
        if event["fail"]:
            raise ValueError(CUSTOMER)
        return {"batchItemFailures": [CUSTOMER["mobilePhone"]]}

    module = ModuleType("planted")
    vars(module)["handler"] = failing
    watched = personal_data.watched(name, module, "handler")
    with personal_data.planted() as found:
        watched({"fail": False}, Context(name))
        with pytest.raises(ValueError, match="Kanaria"):
            watched({"fail": True}, Context(name))
    assert f"phone (plain) in an answer of {name}" in found[0]
    assert [finding for finding in found if f"e-mail (plain) in what {name} raises" in finding]


def test_a_span_and_an_annotation_with_personal_data_are_found(
    personal_data: PersonalDataCheck,
) -> None:
    with personal_data.planted() as found, tracing.span(f"sync {marks.PHONE}"):
        tracing.annotate({"order_id": marks.EMAIL})
    assert [finding.partition(":")[0] for finding in found] == [
        "phone (plain) in a span",
        "e-mail (plain) in an annotation of a span",
    ]


def test_an_item_with_a_phone_is_found(
    dynamodb: DynamoDBClient, personal_data: PersonalDataCheck
) -> None:
    item: Any = {"orderId": {"S": "A-1"}, "note": {"M": {"call": {"S": marks.PHONE}}}}
    with personal_data.planted() as found:
        dynamodb.put_item(TableName="PaymentsTable", Item=item)
        personal_data.look_at_tables(dynamodb)
    written, kept = found
    assert "phone (plain) in a request to dynamodb, PutItem" in written
    assert "phone (plain) in an item of PaymentsTable" in kept


def test_a_secret_is_found_but_where_secrets_are_kept(
    aws: None,  # noqa: ARG001 - the account must be there
    personal_data: PersonalDataCheck,
) -> None:
    boto3.client("secretsmanager").create_secret(Name="pair", SecretString=marks.MERCHANT_KEY)
    assert not personal_data.found
    with personal_data.planted() as found:
        boto3.client("sqs").create_queue(QueueName="q", tags={"key": marks.MERCHANT_KEY})
        boto3.client("secretsmanager").create_secret(Name="pair2", SecretString=marks.EMAIL)
    assert {finding.split(" in ")[0] for finding in found} == {
        "merchant key (plain)",
        "e-mail (plain)",
    }


def test_what_was_found_fails_whoever_demands_that_nothing_was(
    personal_data: PersonalDataCheck,
) -> None:
    personal_data.demand_clean("anything")
    with personal_data.planted():
        personal_data.look("a table", marks.PHONE)
        with pytest.raises(AssertionError, match=r"on the stack:\nphone .* in a table"):
            personal_data.demand_clean("the stack")
        personal_data.demand_clean("the stack")


def test_a_file_of_a_stack_with_a_name_is_found_and_what_may_hold_it_is_not(
    tmp_path: Path, personal_data: PersonalDataCheck
) -> None:
    (tmp_path / "state").mkdir()
    for path in ("ministack.log", "state/simulator.journal", "state/other.journal"):
        (tmp_path / path).write_text(f'{{"write": "{marks.EMAIL}"}}')
    (tmp_path / "tmp/ministack-lambda-1").mkdir(parents=True)
    (tmp_path / "written-by-a-function").write_text(marks.EMAIL)
    (tmp_path / "tmp/ministack-lambda-1/code").write_text(marks.EMAIL)
    for path in ("stack.json", "simulator.log"):
        (tmp_path / path).write_text(marks.MERCHANT_KEY)
    with personal_data.planted() as found:
        personal_data.look_at_files(tmp_path)
    assert {finding.partition(" in ")[2].partition(":")[0] for finding in found} == {
        f"the file {tmp_path.name}/ministack.log",
        f"the file {tmp_path.name}/state/other.journal",
        f"the file {tmp_path.name}/simulator.log",
        f"the file {tmp_path.name}/written-by-a-function",
    }


def test_nothing_personal_may_be_where_only_secrets_are() -> None:
    assert not places.SECRETS & marks.PERSONAL
    assert places.may_hold("stack.json") == places.SECRETS
    assert not places.may_hold("simulator.log")


TESTS = """
import logging
from testing.personal_data.marks import EMAIL, PHONE

pytest_plugins = ["testing.personal_data.plugin"]

def test_that_prints(): print("to", EMAIL)

def test_that_logs(): logging.getLogger("any").warning("to %s", PHONE)

def test_that_reads_what_it_printed(capsys):
    print("to", EMAIL)
    assert capsys.readouterr().out

def test_that_is_clean(): print("nothing")
"""


def test_a_test_during_which_a_mark_got_out_fails_and_says_which_and_where(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    paths = os.pathsep.join([str(ROOT / "functions"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rE", "-c", os.devnull, "test_it.py"],
        env=kept | {"PYTHONPATH": paths},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "4 passed, 3 errors" in done.stdout, done.stdout + done.stderr
    assert f"e-mail (plain) in captured stdout call: …to {marks.EMAIL} …" in done.stdout
    assert "phone (plain) in captured log call" in done.stdout
    assert "e-mail (plain) in what was printed" in done.stdout
    assert "Leaked during test_it.py::test_that_prints" in done.stdout
