"""What the store relies on, as AWS documents it, on every stand-in for DynamoDB.

A stand-in that is known to differ is marked for that case, and the mark fails once it is mended.
"""

import re
from typing import Any

import pytest

from tests.functional.store.tables import Rows, Streamed, number, refused, text

FAILED = "ConditionalCheckFailedException"
INVALID = "ValidationException"
ONE = {":v": number(1)}

deviates = pytest.mark.deviates
FORM = deviates("moto", "keeps a number as it was sent")
RANGE = deviates("moto", "knows no largest number and no most precise one")
SYNTAX = deviates("moto", "fails by itself over an expression that is cut off")
OPERANDS = deviates("moto", "does not look at the types of operands")
LOOSE_OPERANDS = deviates("stack", "does not look at the types of operands")
LOOSE_QUERIES = [
    deviates(name, "does not look at what a query wants of an index") for name in ("moto", "stack")
]
LOOSE_CLAUSES = deviates("stack", "does not look at what the clauses of an update name")


def entries(*names: str) -> dict[str, Any]:
    return {"L": [text(name) for name in names]}


# Conditional writes


def test_a_put_on_condition_of_absence_stores_once(rows: Rows) -> None:
    def put(note: str) -> None:
        rows.client.put_item(
            TableName=rows.name,
            Item={**rows.key, "note": text(note)},
            ConditionExpression="attribute_not_exists(id)",
        )

    put("first")
    with refused(FAILED) as answer:
        put("second")
    assert "Item" not in answer
    assert rows.attribute("note") == text("first")


def test_a_refused_put_gives_back_what_is_there_if_asked(rows: Rows) -> None:
    rows.put(note=text("first"), history=entries("one"))
    with refused(FAILED) as answer:
        rows.client.put_item(
            TableName=rows.name,
            Item=rows.key,
            ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert answer["Item"] == {**rows.key, "note": text("first"), "history": entries("one")}


def test_a_refused_update_gives_back_what_is_there_if_asked(rows: Rows) -> None:
    rows.put(version=number(3))
    with refused(FAILED) as answer:
        rows.update(
            "SET version = :v",
            ONE,
            ConditionExpression="version = :v",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert answer["Item"] == {**rows.key, "version": number(3)}
    assert rows.attribute("version") == number(3)


def test_a_refused_update_of_nothing_gives_back_no_item_and_makes_none(rows: Rows) -> None:
    with refused(FAILED) as answer:
        rows.update(
            "SET version = :v",
            ONE,
            ConditionExpression="attribute_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert "Item" not in answer
    assert rows.get() is None


def test_an_update_without_condition_makes_the_item(rows: Rows) -> None:
    rows.update("SET version = :v", ONE)
    assert rows.get() == {**rows.key, "version": number(1)}


def test_a_delete_on_condition_leaves_what_does_not_satisfy_it(rows: Rows) -> None:
    rows.put(lease=text("mine"))
    with refused(FAILED):
        rows.client.delete_item(
            TableName=rows.name,
            Key=rows.key,
            ConditionExpression="lease = :lease",
            ExpressionAttributeValues={":lease": text("yours")},
        )
    assert rows.get()


def test_a_delete_gives_back_what_it_removed_if_asked(rows: Rows) -> None:
    rows.put(lease=text("mine"))
    answer = rows.client.delete_item(TableName=rows.name, Key=rows.key, ReturnValues="ALL_OLD")
    assert answer["Attributes"] == {**rows.key, "lease": text("mine")}
    assert rows.get() is None


def test_a_delete_of_nothing_succeeds(rows: Rows) -> None:
    answer = rows.client.delete_item(TableName=rows.name, Key=rows.key, ReturnValues="ALL_OLD")
    assert "Attributes" not in answer


def test_a_put_replaces_the_whole_item_and_gives_back_the_old_one_if_asked(rows: Rows) -> None:
    rows.put(note=text("old"), more=text("x"))
    answer = rows.client.put_item(
        TableName=rows.name, Item={**rows.key, "note": text("new")}, ReturnValues="ALL_OLD"
    )
    assert answer["Attributes"] == {**rows.key, "note": text("old"), "more": text("x")}
    assert rows.get() == {**rows.key, "note": text("new")}


# Conditions

ROW: dict[str, Any] = {
    "n": number(10),
    "name": text("budi"),
    "list": entries("one", "two"),
    "set": {"SS": ["x", "y"]},
    "map": {"M": {"inner": text("deep")}},
    "flag": {"BOOL": True},
}


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("n = :v", number("10.0")),
        ("n <> :v", number(11)),
        ("n < :v", number(100)),
        ("n <= :v", number(10)),
        ("n > :v", number(9)),
        ("n >= :v", number("1e1")),
        ("n BETWEEN :v AND n", number(9)),
        ("n IN (absent, :v)", number(10)),
        ("flag = :v", {"BOOL": True}),
        ("#set = :v", {"SS": ["y", "x"]}),
        ("#list = :v", entries("one", "two")),
        ("contains(#name, :v)", text("ud")),
        ("contains(#list, :v)", text("two")),
        ("contains(#set, :v)", text("y")),
        ("begins_with(#name, :v)", text("bu")),
        ("size(#name) = :v", number(4)),
        ("size(#list) = :v", number(2)),
        ("attribute_type(n, :v)", text("N")),
        ("#map.#inner = :v", text("deep")),
        ("#list[1] = :v", text("two")),
        ("absent <> :v", text("anything")),
        ("n <> :v", text("10")),
        ("NOT n = :v", text("10")),
        ("NOT (n = :v AND attribute_exists(absent))", number(10)),
        ("attribute_exists(absent) OR n = :v", number(10)),
        ("n = :v OR attribute_exists(n) AND attribute_exists(absent)", number(10)),
        ("(n = :v OR attribute_exists(n)) AND attribute_not_exists(absent)", number(0)),
    ],
)
def test_a_condition_holds(rows: Rows, condition: str, value: Any) -> None:
    rows.put(**ROW)
    assert rows.holds(condition, {":v": value}, **named(condition))


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("n = :v", text("10")),
        ("n < :v", number(9)),
        pytest.param("n < :v", text("a"), marks=OPERANDS),
        ("absent = :v", text("anything")),
        ("absent < :v", number(1)),
        ("absent IN (:v)", number(1)),
        ("contains(#name, :v)", text("x")),
        ("contains(#list, :v)", number(2)),
        pytest.param("begins_with(n, :v)", text("1"), marks=LOOSE_OPERANDS),
        ("attribute_type(n, :v)", text("S")),
        ("(n = :v OR attribute_exists(n)) AND attribute_exists(absent)", number(10)),
        ("#list[2] = :v", text("three")),
        ("#name.#inner = :v", text("deep")),
    ],
)
def test_a_condition_does_not_hold(rows: Rows, condition: str, value: Any) -> None:
    rows.put(**ROW)
    assert not rows.holds(condition, {":v": value}, **named(condition))


def named(condition: str) -> dict[str, Any]:
    names = re.findall(r"#(\w+)", condition)
    return {"ExpressionAttributeNames": {f"#{name}": name for name in names}} if names else {}


# Updates


def test_a_list_grows_at_either_end(rows: Rows) -> None:
    rows.put(history=entries("two"))
    rows.update("SET history = list_append(history, :more)", {":more": entries("three")})
    rows.update("SET history = list_append(:more, history)", {":more": entries("one")})
    assert rows.attribute("history") == entries("one", "two", "three")


def test_a_list_that_may_be_missing_grows_from_a_default(rows: Rows) -> None:
    for name in ("one", "two"):
        rows.update(
            "SET history = list_append(if_not_exists(history, :none), :more)",
            {":none": {"L": []}, ":more": entries(name)},
        )
    assert rows.attribute("history") == entries("one", "two")


def test_numbers_are_added_and_subtracted(rows: Rows) -> None:
    rows.put(n=number(10), m=number(1))
    rows.update("SET n = n - :v, m = :w + m", {":v": number("0.5"), ":w": number(-1)})
    assert rows.get() == {**rows.key, "n": number("9.5"), "m": number(0)}


def test_add_starts_at_nothing(rows: Rows) -> None:
    for _ in range(2):
        rows.update("ADD n :v", {":v": number(5)})
    assert rows.attribute("n") == number(10)


def test_add_puts_members_into_a_set_once(rows: Rows) -> None:
    for _ in range(2):
        rows.update("ADD tags :v", {":v": {"SS": ["b", "a"]}})
    assert sorted(rows.attribute("tags")["SS"]) == ["a", "b"]


def test_right_sides_read_the_item_as_it_was(rows: Rows) -> None:
    rows.put(n=number(1), m=number(2))
    rows.update("SET n = m, m = n")
    assert rows.get() == {**rows.key, "n": number(2), "m": number(1)}


def test_a_default_is_taken_only_where_nothing_is(rows: Rows) -> None:
    rows.put(n=number(7))
    rows.update("SET n = if_not_exists(n, :v), m = if_not_exists(m, :v)", ONE)
    assert rows.get() == {**rows.key, "n": number(7), "m": number(1)}


def test_remove_takes_attributes_away_and_minds_no_absence(rows: Rows) -> None:
    rows.put(n=number(1), m=number(2))
    rows.update("SET k = :v REMOVE n, absent", ONE)
    assert rows.get() == {**rows.key, "m": number(2), "k": number(1)}


def test_members_of_maps_are_set_and_removed(rows: Rows) -> None:
    rows.put(nested={"M": {"a": number(1), "b": number(2)}})
    rows.update("SET nested.a = :v, nested.c = :v REMOVE nested.b", {":v": number(3)})
    assert rows.attribute("nested") == {"M": {"a": number(3), "c": number(3)}}


def test_a_member_of_a_list_is_set_and_past_the_end_appended(rows: Rows) -> None:
    rows.put(history=entries("one", "two"))
    rows.update(
        "SET history[0] = :first, history[9] = :last",
        {":first": text("new"), ":last": text("three")},
    )
    assert rows.attribute("history") == entries("new", "two", "three")


@deviates("stack", "counts anew after each member that goes")
def test_members_of_a_list_are_removed_by_where_they_were(rows: Rows) -> None:
    rows.put(history=entries("one", "two", "three"))
    rows.update("REMOVE history[0], history[1]")
    assert rows.attribute("history") == entries("three")


@pytest.mark.parametrize(
    ("wanted", "returned"),
    [
        ("NONE", None),
        ("ALL_OLD", {"id": text("a"), "n": number(1), "m": number(2)}),
        ("ALL_NEW", {"id": text("a"), "n": number(2), "m": number(2)}),
        ("UPDATED_NEW", {"n": number(2)}),
    ],
)
def test_an_update_gives_back_what_was_asked_for(rows: Rows, wanted: str, returned: Any) -> None:
    rows.put(n=number(1), m=number(2))
    answer = rows.update("SET n = n + :v", ONE, ReturnValues=wanted)
    assert answer.get("Attributes") == returned


def test_what_an_update_creates_has_no_old_attributes(rows: Rows) -> None:
    assert "Attributes" not in rows.update("SET n = :v", ONE, ReturnValues="ALL_OLD")


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("SET n = absent + :v", ONE),
        pytest.param("SET n = note + :v", ONE, marks=LOOSE_OPERANDS),
        ("SET n = absent", None),
        ("SET n = list_append(absent, :v)", {":v": entries("x")}),
        pytest.param("SET n = list_append(note, :v)", {":v": entries("x")}, marks=LOOSE_OPERANDS),
        pytest.param("SET n = list_append(:v, :v)", ONE, marks=LOOSE_OPERANDS),
        ("ADD note :v", ONE),
        ("ADD n :v", {":v": text("x")}),
        ("SET absent.inner = :v", ONE),
    ],
)
def test_an_update_that_does_not_fit_the_item_changes_nothing(
    rows: Rows, expression: str, values: Any
) -> None:
    rows.put(note=text("x"), n=number(1))
    with refused(INVALID):
        rows.update(expression, values)
    assert rows.get() == {**rows.key, "note": text("x"), "n": number(1)}


# Numbers and other values


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("007", "7", marks=FORM),
        pytest.param("1.500", "1.5", marks=FORM),
        pytest.param("1e3", "1000", marks=FORM),
        pytest.param("-0", "0", marks=FORM),
        pytest.param("12e-3", "0.012", marks=FORM),
        ("1234567890123456789012345678901234567.8", "1234567890123456789012345678901234567.8"),
    ],
)
def test_a_number_comes_back_in_its_plain_form(rows: Rows, sent: str, kept: str) -> None:
    rows.put(n=number(sent))
    assert rows.attribute("n") == number(kept)


@pytest.mark.parametrize(
    "sent",
    [
        *("", "abc", "1e-131", "NaN", "Infinity"),
        pytest.param("1e126", marks=RANGE),
        pytest.param("9" * 39, marks=RANGE),
    ],
)
def test_what_is_no_number_of_dynamodbs_is_refused(rows: Rows, sent: str) -> None:
    with refused(INVALID):
        rows.put(n=number(sent))


@RANGE
@deviates("stack", "rounds a sum to 38 digits")
def test_a_sum_of_more_than_38_digits_is_refused(rows: Rows) -> None:
    rows.put(n=number("9" * 38))
    with refused(INVALID):
        rows.update("SET n = n + :v", {":v": number("0.1")})


def test_empty_text_is_a_value_and_an_empty_set_is_none(rows: Rows) -> None:
    rows.put(note=text(""))
    assert rows.attribute("note") == text("")
    with refused(INVALID):
        rows.put(tags={"SS": []})


def test_an_item_of_more_than_400_kb_is_refused(rows: Rows) -> None:
    half = text("x" * 204_000)
    rows.put(note=half)
    with refused(INVALID):
        rows.put(note=half, more=text("x" * 206_000))
    with refused(INVALID):
        rows.update("SET more = :v", {":v": text("x" * 206_000)})
    assert rows.get() == {**rows.key, "note": half}


def test_what_came_back_is_the_callers_own(rows: Rows) -> None:
    history = entries("one")
    rows.put(history=history)
    history["L"].append(text("two"))
    rows.attribute("history")["L"].clear()
    assert rows.attribute("history") == entries("one")


def test_a_read_gives_the_attributes_that_were_asked_for(rows: Rows) -> None:
    rows.put(note=text("x"), more=text("y"), nested={"M": {"a": number(1), "b": number(2)}})
    answer = rows.client.get_item(
        TableName=rows.name, Key=rows.key, ProjectionExpression="note, nested.a, absent"
    )
    assert answer["Item"] == {"note": text("x"), "nested": {"M": {"a": number(1)}}}


# Refusals


@pytest.mark.parametrize(
    "request_part",
    [
        {"ExpressionAttributeNames": {"#unused": "x"}},
        {"ExpressionAttributeValues": {":v": number(1), ":unused": number(1)}},
        {"ExpressionAttributeValues": {":other": number(1)}},
        pytest.param(
            {"UpdateExpression": "SET #undefined = :v"}, marks=deviates("moto", "fails by itself")
        ),
        pytest.param({"UpdateExpression": "SET n = :v, n = :v"}, marks=LOOSE_CLAUSES),
        {"UpdateExpression": "SET n = :v, n.x = :v"},
        pytest.param({"UpdateExpression": "SET n = :v REMOVE n"}, marks=LOOSE_CLAUSES),
        pytest.param({"UpdateExpression": "SET n = :v SET m = :v"}, marks=LOOSE_CLAUSES),
        {"UpdateExpression": "SET id = :v"},
        {"UpdateExpression": "SET status = :v"},
        pytest.param({"UpdateExpression": "SET n = :v,"}, marks=LOOSE_CLAUSES),
        {"UpdateExpression": "n = :v"},
        {"UpdateExpression": ""},
        pytest.param({"ConditionExpression": "n = "}, marks=SYNTAX),
        pytest.param({"ConditionExpression": "n = :v AND"}, marks=SYNTAX),
        {"ConditionExpression": "exists(n)"},
        {"ConditionExpression": "status = :v"},
        pytest.param(
            {"ConditionExpression": "n BETWEEN :high AND :v", "extra": {":high": number(2)}},
            marks=OPERANDS,
        ),
        pytest.param(
            {"ConditionExpression": "n < :flag", "extra": {":flag": {"BOOL": True}}},
            marks=[OPERANDS, LOOSE_OPERANDS],
        ),
        pytest.param(
            {"ConditionExpression": "begins_with(n, :v)"}, marks=[OPERANDS, LOOSE_OPERANDS]
        ),
        {"Key": {"id": number(1)}},
        pytest.param(
            {"Key": {"id": text("")}}, marks=deviates("moto", "takes an empty key in an update")
        ),
        {"Key": {"id": text("a"), "more": text("b")}},
        {"Key": {"other": text("a")}},
        {"ReturnValues": "ALL"},
    ],
    ids=str,
)
def test_a_request_that_breaks_a_rule_is_refused(rows: Rows, request_part: Any) -> None:
    part = dict(request_part)
    request: dict[str, Any] = {
        "Key": rows.key,
        "UpdateExpression": "SET n = :v",
        "ExpressionAttributeValues": {":v": number(1), **part.pop("extra", {})},
    }
    with refused(INVALID):
        rows.client.update_item(TableName=rows.name, **request | part)
    assert rows.get() is None


@pytest.mark.parametrize("item", [{}, {"note": text("x")}, {"id": number(1)}, {"id": text("")}])
def test_an_item_without_its_key_is_refused(rows: Rows, item: Any) -> None:
    with refused(INVALID):
        rows.client.put_item(TableName=rows.name, Item=item)


def test_a_put_gives_back_nothing_new(rows: Rows) -> None:
    with refused(INVALID):
        rows.client.put_item(TableName=rows.name, Item=rows.key, ReturnValues="ALL_NEW")


def test_a_table_that_is_not_there_is_not_found(rows: Rows) -> None:
    with refused("ResourceNotFoundException"):
        rows.client.get_item(TableName="no-such-table", Key=rows.key)


# Indexes


def test_an_index_holds_only_items_with_its_keys(rows: Rows) -> None:
    rows.put("a", due=text("open"), nextSyncAt=number(1))
    rows.put("b", due=text("open"))
    rows.put("c", nextSyncAt=number(1))
    assert rows.ids_in("byDue") == ["a"]
    assert sorted(rows.ids_in("byDueWithNote")) == ["a", "b"]


def test_an_item_leaves_an_index_with_its_key_and_comes_back(rows: Rows) -> None:
    rows.put(due=text("open"), nextSyncAt=number(1))
    rows.update("REMOVE nextSyncAt")
    assert rows.ids_in("byDue") == []
    rows.update("SET nextSyncAt = :v", ONE)
    assert rows.ids_in("byDue") == ["a"]
    rows.update("SET due = :v", {":v": text("done")})
    assert rows.ids_in("byDue") == []
    assert rows.ids_in("byDue", "done") == ["a"]
    rows.client.delete_item(TableName=rows.name, Key=rows.key)
    assert rows.ids_in("byDue", "done") == []


def test_an_index_of_keys_gives_keys_only(rows: Rows) -> None:
    rows.put(due=text("open"), nextSyncAt=number(1), note=text("x"), more=text("y"))
    answer = rows.query("due = :due", {":due": text("open")}, IndexName="byDue")
    assert answer["Items"] == [{**rows.key, "due": text("open"), "nextSyncAt": number(1)}]
    answer = rows.query("due = :due", {":due": text("open")}, IndexName="byDueWithNote")
    assert answer["Items"] == [{**rows.key, "due": text("open"), "note": text("x")}]


def test_an_index_is_in_the_order_of_its_numbers(rows: Rows) -> None:
    for row_id, due_at in (("a", 10), ("b", 9), ("c", "9.5"), ("d", -1)):
        rows.put(row_id, due=text("open"), nextSyncAt=number(due_at))
    assert rows.ids_in("byDue") == ["d", "b", "c", "a"]


def test_a_range_of_an_index_is_read(rows: Rows) -> None:
    for row_id, due_at in (("a", 1), ("b", 2), ("c", 3)):
        rows.put(row_id, due=text("open"), nextSyncAt=number(due_at))
    answer = rows.query(
        "due = :due AND nextSyncAt <= :now",
        {":due": text("open"), ":now": number(2)},
        IndexName="byDue",
        ProjectionExpression="id",
    )
    assert answer["Items"] == [{"id": text("a")}, {"id": text("b")}]
    assert (answer["Count"], answer["ScannedCount"]) == (2, 2)


@pytest.mark.parametrize("forward", [True, False])
def test_an_index_is_read_page_by_page(rows: Rows, forward: bool) -> None:  # noqa: FBT001
    for row_id in ("a", "b", "c", "d", "e"):
        rows.put(row_id, due=text("open"), nextSyncAt=number(7))
    found: list[str] = []
    start: dict[str, Any] = {}
    for _ in range(4):
        answer = rows.query(
            "due = :due",
            {":due": text("open")},
            IndexName="byDue",
            Limit=2,
            ScanIndexForward=forward,
            **start,
        )
        found += [item["id"]["S"] for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            break
        assert answer["LastEvaluatedKey"].keys() == {"id", "due", "nextSyncAt"}
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert sorted(found) == ["a", "b", "c", "d", "e"]


def test_a_page_goes_on_after_an_item_that_is_gone(rows: Rows) -> None:
    for row_id, due_at in (("a", 1), ("b", 2), ("c", 3)):
        rows.put(row_id, due=text("open"), nextSyncAt=number(due_at))
    asked: dict[str, Any] = {"IndexName": "byDue", "Limit": 2}
    first = rows.query("due = :due", {":due": text("open")}, **asked)
    rows.client.delete_item(TableName=rows.name, Key={"id": text("b")})
    second = rows.query(
        "due = :due",
        {":due": text("open")},
        ExclusiveStartKey=first["LastEvaluatedKey"],
        **asked,
    )
    assert [item["id"] for item in second["Items"]] == [text("c")]


@deviates("moto", "gives no key at the end")
def test_a_limit_that_is_reached_gives_a_key_even_at_the_end(rows: Rows) -> None:
    rows.put(due=text("open"), nextSyncAt=number(1))
    answer = rows.query("due = :due", {":due": text("open")}, IndexName="byDue", Limit=1)
    assert "LastEvaluatedKey" in answer


@deviates("moto", "does not look at the keys of indexes")
def test_a_key_of_an_index_has_its_type(rows: Rows) -> None:
    with refused(INVALID):
        rows.put(due=number(1), nextSyncAt=number(1))
    with refused(INVALID):
        rows.update("SET due = :v", ONE)
    with refused(INVALID):
        rows.put(due=text(""), nextSyncAt=number(1))
    assert rows.get() is None


@pytest.mark.parametrize(
    ("condition", "request_part"),
    [
        ("nextSyncAt = :v", {"IndexName": "byDue"}),
        ("due > :v", {"IndexName": "byDue"}),
        pytest.param(
            *("due = :v", {"IndexName": "nowhere"}),
            marks=deviates("moto", "answers with another error"),
        ),
        ("due = :v", {"IndexName": "byDue", "ConsistentRead": True}),
        ("due = :v", {}),
        pytest.param(
            *("id = :v OR id = :v", {}),
            marks=[
                deviates("moto", "reads one part of the condition only"),
                deviates("stack", "reads one part of the condition only"),
            ],
        ),
        ("id = :v AND note = :v", {}),
    ],
    ids=str,
)
def test_a_query_that_breaks_a_rule_is_refused(
    rows: Rows, condition: str, request_part: Any
) -> None:
    with refused(INVALID):
        rows.query(condition, {":v": text("open")}, **request_part)


@pytest.mark.parametrize(
    "request_part",
    [
        pytest.param({"ProjectionExpression": "id, note"}, marks=LOOSE_QUERIES),
        pytest.param({"FilterExpression": "nextSyncAt = :v"}, marks=LOOSE_QUERIES),
        pytest.param(
            {"ExclusiveStartKey": {"id": text("a")}},
            marks=deviates("moto", "fails by itself over a key that is not the index's"),
        ),
    ],
    ids=str,
)
def test_a_query_of_what_an_index_has_not_is_refused(rows: Rows, request_part: Any) -> None:
    rows.put(due=text("open"), nextSyncAt=number(1))
    values = {":due": text("open")}
    if "FilterExpression" in request_part:
        values |= ONE
    with refused(INVALID):
        rows.query("due = :due", values, IndexName="byDue", **request_part)


# Sort keys


def put_series(series: Rows) -> None:
    for at in (10, 9, 100, -5):
        series.put(at=number(at), note=text(f"at {at}"))


@pytest.mark.parametrize(
    ("condition", "more", "found"),
    [
        ("id = :id", {}, ["-5", "9", "10", "100"]),
        ("id = :id AND #at = :low", {":low": number("9.0")}, ["9"]),
        ("id = :id AND #at < :low", {":low": number(10)}, ["-5", "9"]),
        ("#at >= :low AND id = :id", {":low": number(10)}, ["10", "100"]),
        (
            "id = :id AND #at BETWEEN :low AND :high",
            {":low": number(9), ":high": number(10)},
            ["9", "10"],
        ),
        ("id = :id AND (#at > :low)", {":low": number(1000)}, []),
    ],
)
def test_a_range_of_sort_keys_is_read_in_order(
    series: Rows, condition: str, more: Any, found: list[str]
) -> None:
    put_series(series)
    names = {"ExpressionAttributeNames": {"#at": "at"}} if "#at" in condition else {}
    answer = series.query(condition, {":id": text("a"), **more}, **names)
    assert [item["at"]["N"] for item in answer["Items"]] == found


def test_a_series_is_read_from_its_end(series: Rows) -> None:
    put_series(series)
    answer = series.query("id = :id", {":id": text("a")}, ScanIndexForward=False, Limit=3)
    assert [item["at"]["N"] for item in answer["Items"]] == ["100", "10", "9"]
    answer = series.query(
        "id = :id",
        {":id": text("a")},
        ScanIndexForward=False,
        ExclusiveStartKey=answer["LastEvaluatedKey"],
    )
    assert [item["at"]["N"] for item in answer["Items"]] == ["-5"]


def test_a_limit_counts_what_a_filter_drops(series: Rows) -> None:
    put_series(series)
    answer = series.query(
        "id = :id",
        {":id": text("a"), ":note": text("at 9")},
        FilterExpression="note = :note",
        Limit=1,
    )
    assert (answer["Items"], answer["Count"], answer["ScannedCount"]) == ([], 0, 1)
    assert answer["LastEvaluatedKey"] == {"id": text("a"), "at": number(-5)}


@FORM
def test_keys_of_one_number_written_in_two_ways_are_one_item(series: Rows) -> None:
    series.put(at=number(10))
    series.put(at=number("1e1"), note=text("again"))
    items = series.client.scan(TableName=series.name)["Items"]
    assert items == [{"id": text("a"), "at": number(10), "note": text("again")}]


def test_a_page_ends_at_one_megabyte(series: Rows) -> None:
    for at in range(4):
        series.put(at=number(at), note=text("x" * 350_000))
    answer = series.query("id = :id", {":id": text("a")})
    assert [item["at"]["N"] for item in answer["Items"]] in (["0", "1"], ["0", "1", "2"])
    assert "LastEvaluatedKey" in answer


def test_a_query_counts_pages_of_what_it_reads_not_of_what_it_gives(series: Rows) -> None:
    for at in range(4):
        series.put(at=number(at), note=text("x" * 350_000))
    answer = series.query(
        "id = :id",
        {":id": text("a")},
        ProjectionExpression="#at",
        ExpressionAttributeNames={"#at": "at"},
    )
    assert "LastEvaluatedKey" in answer


# Streams


def test_a_stream_has_what_an_item_was_and_what_it_became(streamed: Streamed) -> None:
    rows = streamed.rows
    first, second = {**rows.key, "n": number(1)}, {**rows.key, "n": number(2)}
    rows.put(n=number(1))
    rows.update("SET n = :v", {":v": number(2)})
    rows.client.delete_item(TableName=rows.name, Key=rows.key)
    records = streamed.records()
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    written = [record["dynamodb"] for record in records]
    assert [one["Keys"] for one in written] == [rows.key] * 3
    assert [one.get("OldImage") for one in written] == [None, first, second]
    assert [one.get("NewImage") for one in written] == [first, second, None]


def test_the_records_of_an_item_are_in_order_and_each_has_a_number_of_its_own(
    streamed: Streamed,
) -> None:
    for version in range(12):
        streamed.rows.put(f"row-{version % 3}", version=number(version))
    records = [record["dynamodb"] for record in streamed.records()]
    assert len({record["SequenceNumber"] for record in records}) == 12
    for row in range(3):
        own = [one for one in records if one["Keys"] == {"id": text(f"row-{row}")}]
        versions = [int(one["NewImage"]["version"]["N"]) for one in own]
        assert versions == [row, row + 3, row + 6, row + 9]
        numbers = [int(one["SequenceNumber"]) for one in own]
        assert numbers == sorted(numbers)


def test_a_write_that_was_refused_is_in_no_stream(streamed: Streamed) -> None:
    with refused(FAILED):
        streamed.rows.update("SET n = :v", ONE, ConditionExpression="attribute_exists(id)")
    assert streamed.records() == []


@deviates("moto", "makes a record of every write")
def test_a_write_that_changed_nothing_is_in_no_stream(streamed: Streamed) -> None:
    rows = streamed.rows
    rows.client.delete_item(TableName=rows.name, Key=rows.key)
    rows.put(n=number(1))
    rows.put(n=number(1))
    rows.update("SET n = :v", ONE)
    assert len(streamed.records()) == 1
