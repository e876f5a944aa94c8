"""`python -m ops storefront`: what an operator types and sees."""

import base64
import json
import re
from typing import Any

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from typer.testing import CliRunner, Result

from ops.__main__ import app
from payments.domain import clock
from payments.storefronts.api_key_format import digest
from payments.storefronts.authenticate import Storefronts
from payments.storefronts.webhook_endpoints import DynamoReceivers
from testing.builders import NOW
from testing.registry import TABLE
from tests.functional.ops.told import NO_STACK, STACK, Outputs

HOUR = 3_600_000


class Hands:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> int:
        return self.at


@pytest.fixture(autouse=True)
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """The operator's clock and the functions'."""
    made = Hands()
    monkeypatch.setattr(clock, "now", made)
    return made


def run(command: str, *arguments: str, stack: str = STACK) -> Result:
    return CliRunner().invoke(app, ["storefront", command, *arguments, "--stack", stack])


def done(command: str, *arguments: str) -> Any:
    """What a command that succeeds prints for machines, or its text."""
    result = run(command, *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout) if "--json" in arguments else result.stdout


def refused(command: str, *arguments: str) -> str:
    """Why a command did nothing: one line, after which there may be one of what to do next."""
    result = run(command, *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    line, *following = result.stderr.splitlines()
    assert [one.partition(": ")[0] for one in following] in ([], ["Next"])
    return str(line.removeprefix("Not done: "))


def create(storefront_id: str = "toko") -> Any:
    return done("create", storefront_id, "--origin", "https://toko.example", "--json")


def rotate_key(*options: str) -> str:
    return str(done("rotate-key", "toko", *options, "--json")["apiKey"])


def rotate_webhook_secret(*options: str) -> str:
    return str(done("rotate-webhook-secret", "toko", *options, "--json")["webhookSecret"])


def lets_in(dynamodb: DynamoDBClient, *keys: str) -> list[bool]:
    table = Storefronts(dynamodb, TABLE, clock.now)
    return [table.authenticate(f"Bearer {key}") is not None for key in keys]


def signing(dynamodb: DynamoDBClient) -> list[str]:
    """The secrets that webhooks are signed with, as their storefront has them."""
    receiver = receivers(dynamodb).of("toko")
    assert receiver
    return [f"whsec_{base64.b64encode(secret).decode()}" for secret in receiver.secrets]


def receivers(dynamodb: DynamoDBClient) -> DynamoReceivers:
    return DynamoReceivers(dynamodb, boto3.client("kms"), TABLE, clock.now)


def test_a_new_storefront_is_shown_its_key_and_its_webhook_secret_once(
    dynamodb: DynamoDBClient,
) -> None:
    result = run("create", "toko", "--origin", "https://toko.example")
    assert result.exit_code == 0, result.output
    assert result.stderr == "Keep it now: it is not shown again.\n"
    shown = re.fullmatch(
        r"Storefront      toko\nAPI key         (sk_toko_\S{43})\nWebhook secret  (whsec_\S{44})\n",
        result.stdout,
    )
    assert shown
    assert lets_in(dynamodb, shown[1]) == [True]
    assert signing(dynamodb) == [shown[2]]


def test_machines_get_the_same_as_json(dynamodb: DynamoDBClient) -> None:
    made = create()
    assert made.keys() == {"storefrontId", "apiKey", "webhookSecret"}
    assert made["storefrontId"] == "toko"
    assert lets_in(dynamodb, made["apiKey"]) == [True]
    assert signing(dynamodb) == [made["webhookSecret"]]


def test_a_storefront_is_registered_once(dynamodb: DynamoDBClient) -> None:
    key = create()["apiKey"]
    why = refused("create", "toko", "--origin", "*")
    assert why == "storefront toko exists already"
    assert lets_in(dynamodb, key) == [True]


@pytest.mark.parametrize(
    ("storefront_id", "origin", "why"),
    [
        ("To_ko", "https://toko.example", "a storefront id is 1 to 32"),
        ("toko", "toko.example", "an origin is https://host"),
    ],
)
def test_what_cannot_be_registered_is_said_in_a_line(
    storefront_id: str, origin: str, why: str
) -> None:
    assert refused("create", storefront_id, "--origin", origin).startswith(why)


def test_all_storefronts_are_listed_by_their_ids(dynamodb: DynamoDBClient, hands: Hands) -> None:
    assert done("list") == ""
    for storefront_id in ("warung", "toko"):
        create(storefront_id)
    hands.at += 1
    done("disable", "warung")
    rotate_key("--overlap-hours", "0.5")
    receivers(dynamodb).disable("toko", "hash-1")
    assert done("list").splitlines() == [
        (
            "toko  enabled  created 2023-04-04T02:56:35.412Z"
            "  keys 2 (no end, until 2023-04-04T03:26:35.413Z)  webhook secrets 1 (no end)"
            "  disabled endpoints 1  origins https://toko.example"
        ),
        (
            "warung  disabled since 2023-04-04T02:56:35.413Z  created 2023-04-04T02:56:35.412Z"
            "  keys 1 (no end)  webhook secrets 1 (no end)"
            "  disabled endpoints 0  origins https://toko.example"
        ),
    ]
    hands.at += HOUR // 2
    assert "keys 1 (no end)  " in done("list").splitlines()[0]


def test_the_list_for_machines_has_times_and_origins(hands: Hands) -> None:
    create()
    hands.at += HOUR
    rotate_webhook_secret()
    done("disable", "toko")
    first, then = "2023-04-04T02:56:35.412Z", "2023-04-04T03:56:35.412Z"
    assert done("list", "--json") == [
        {
            "storefrontId": "toko",
            "createdAt": first,
            "disabledAt": then,
            "keys": [{"createdAt": first, "expiresAt": None}],
            "webhookSecrets": [
                {"createdAt": then, "expiresAt": None},
                {"createdAt": first, "expiresAt": "2023-04-05T03:56:35.412Z"},
            ],
            "disabledEndpoints": 0,
            "allowedOrigins": ["https://toko.example"],
        }
    ]


def test_no_list_has_a_key_a_digest_or_a_secret(dynamodb: DynamoDBClient) -> None:
    made = create()
    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    (secret,) = item["webhookSecrets"]["L"]
    hidden = [made["apiKey"], digest(made["apiKey"]), made["webhookSecret"], secret["M"]["id"]["S"]]
    listed = done("list") + json.dumps(done("list", "--json"))
    assert not [one for one in hidden if one in listed]


def test_a_disabled_storefront_is_let_in_when_it_is_enabled_again(
    dynamodb: DynamoDBClient,
) -> None:
    key = create()["apiKey"]
    for _ in range(2):
        done("disable", "toko")
        assert lets_in(dynamodb, key) == [False]
    for _ in range(2):
        done("enable", "toko")
        assert lets_in(dynamodb, key) == [True]


def test_a_rotated_key_lives_on_for_a_day_beside_the_new_one(
    dynamodb: DynamoDBClient, hands: Hands
) -> None:
    old, new = create()["apiKey"], rotate_key()
    hands.at += 24 * HOUR - 1
    assert lets_in(dynamodb, old, new) == [True, True]
    hands.at += 1
    assert lets_in(dynamodb, old, new) == [False, True]


def test_a_rotated_webhook_secret_signs_beside_the_new_one_as_long_as_is_said(
    dynamodb: DynamoDBClient, hands: Hands
) -> None:
    old, new = create()["webhookSecret"], rotate_webhook_secret("--overlap-hours", "2")
    hands.at += 2 * HOUR - 1
    assert signing(dynamodb) == [new, old]
    hands.at += 1
    assert signing(dynamodb) == [new]


def test_a_third_key_is_refused_while_two_are_alive(dynamodb: DynamoDBClient, hands: Hands) -> None:
    old, new = create()["apiKey"], rotate_key()
    why = refused("rotate-key", "toko")
    assert why.startswith("two are alive already; --drop-older ends the older one at once")
    assert lets_in(dynamodb, old, new) == [True, True]
    hands.at += 24 * HOUR
    third = rotate_key()
    assert lets_in(dynamodb, old, new, third) == [False, True, True]
    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    assert len(item["keys"]["L"]) == 2, "what has ended is dropped"


def test_the_older_key_can_be_dropped_for_a_third_one(dynamodb: DynamoDBClient) -> None:
    keys = [create()["apiKey"], rotate_key(), rotate_key("--drop-older")]
    assert lets_in(dynamodb, *keys) == [False, True, True]


def test_a_third_webhook_secret_needs_the_older_one_dropped(dynamodb: DynamoDBClient) -> None:
    create()
    second = rotate_webhook_secret()
    assert "two are alive" in refused("rotate-webhook-secret", "toko")
    third = rotate_webhook_secret("--drop-older")
    assert signing(dynamodb) == [third, second]


def test_without_an_overlap_a_leaked_key_is_replaced_whatever_is_alive(
    dynamodb: DynamoDBClient,
) -> None:
    keys = [create()["apiKey"], rotate_key(), rotate_key("--overlap-hours", "0")]
    assert lets_in(dynamodb, *keys) == [False, False, True]


def test_the_older_key_does_not_outlive_the_end_that_it_had(
    dynamodb: DynamoDBClient, hands: Hands
) -> None:
    old, new = create()["apiKey"], rotate_key("--overlap-hours", "1")
    hands.at += HOUR - 1
    refused("rotate-key", "toko", "--overlap-hours", "48")
    hands.at += 1
    assert lets_in(dynamodb, old, new) == [False, True]


def test_an_overlap_can_be_ended_when_the_storefront_has_the_new_ones(
    dynamodb: DynamoDBClient,
) -> None:
    made = create()
    new_key, new_secret = rotate_key(), rotate_webhook_secret()
    done("end-overlap", "toko", "key")
    assert lets_in(dynamodb, made["apiKey"], new_key) == [False, True]
    assert signing(dynamodb) == [new_secret, made["webhookSecret"]]
    done("end-overlap", "toko", "webhook-secret")
    assert signing(dynamodb) == [new_secret]
    assert lets_in(dynamodb, new_key) == [True]


def test_endpoints_that_were_gone_are_tried_again(dynamodb: DynamoDBClient) -> None:
    create()
    for endpoint in ("hash-1", "hash-2"):
        receivers(dynamodb).disable("toko", endpoint)
    assert done("enable-webhooks", "toko") == "2\n"
    receiver = receivers(dynamodb).of("toko")
    assert receiver
    assert receiver.gone == set()
    assert done("enable-webhooks", "toko") == "0\n"


NAMING = [
    ("disable", "nobody"),
    ("enable", "nobody"),
    ("rotate-key", "nobody"),
    ("rotate-webhook-secret", "nobody"),
    ("end-overlap", "nobody", "key"),
    ("end-overlap", "nobody", "webhook-secret"),
    ("enable-webhooks", "nobody"),
]


@pytest.mark.parametrize("arguments", NAMING, ids=" ".join)
def test_a_storefront_that_is_not_there_is_said_in_a_line(
    dynamodb: DynamoDBClient, arguments: tuple[str, ...]
) -> None:
    assert refused(*arguments) == "there is no storefront nobody"
    assert dynamodb.scan(TableName=TABLE)["Items"] == []


@pytest.mark.parametrize("arguments", [("list",), *NAMING], ids=" ".join)
def test_a_stack_that_is_not_there_is_said_in_a_line(arguments: tuple[str, ...]) -> None:
    result = run(*arguments, stack="missing")
    assert (result.exit_code, result.output) == (1, NO_STACK)


@pytest.mark.parametrize("arguments", [("list",), *NAMING], ids=" ".join)
def test_a_table_that_is_not_there_is_said_in_a_line(
    outputs: Outputs, arguments: tuple[str, ...]
) -> None:
    outputs["StorefrontsTableName"] = "missing"
    assert "ResourceNotFoundException" in refused(*arguments)


def test_a_missing_region_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert refused("list") == "You must specify a region."
    assert done("list", "--region", "ap-southeast-3") == ""


@pytest.mark.parametrize("hours", ["-1", "721", "a"])
def test_an_overlap_that_makes_no_sense_is_refused(dynamodb: DynamoDBClient, hours: str) -> None:
    create()
    before = dynamodb.scan(TableName=TABLE)["Items"]
    assert run("rotate-key", "toko", "--overlap-hours", hours).exit_code == 2
    assert dynamodb.scan(TableName=TABLE)["Items"] == before
