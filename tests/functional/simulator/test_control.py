import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

import simulator
from simulator import server
from simulator.faults import KINDS
from simulator.server import Server
from tests.functional.simulator.receiver import Receiver
from tests.functional.simulator.shop import ORDER_ID, Fate, Shop


def test_health_tells_the_time(fate: Fate) -> None:
    health = fate.get("/health")
    assert health["status"] == "ok"
    assert health["clock"]["speed"] == 1.0
    now = datetime.fromisoformat(health["clock"]["now"])
    assert now.strftime("%Y-%m-%d %H:%M:%S") == health["clock"]["wib"]
    assert now.utcoffset() is not None


def test_orders_are_listed_with_the_number_of_their_callbacks(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    shop.initiate(order={"id": "other", "amount": 2500})
    fate.pay(copies=2)
    first, second = fate.get("/orders")["orders"]
    assert (first["orderId"], first["status"], first["callbacksSent"]) == (ORDER_ID, "PAID", 2)
    assert (second["orderId"], second["amount"], second["callbacksSent"]) == ("other", 2500, 0)


def test_an_order_is_shown_with_its_callbacks(shop: Shop, fate: Fate) -> None:
    issued = shop.initiate().json()
    fate.pay(amount=7)
    order = fate.get(f"/orders/{ORDER_ID}")
    assert order["paymentCode"] == issued["paymentCode"]
    assert order["expiryLink"] == issued["expiryLink"]
    assert (order["amount"], order["paidAmount"], order["channel"]) == (1000, 7, "INDOMARET")
    assert [attempt["status"] for attempt in order["callbacks"]] == ["PAID"]


def test_nothing_personal_is_shown(shop: Shop, fate: Fate) -> None:
    shop.initiate()
    fate.pay()
    for path in ("/orders", f"/orders/{ORDER_ID}", "/callbacks"):
        shown = str(fate.get(path))
        assert not re.search(r"hajar|ismail|6281286288844", shown, re.IGNORECASE)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orders/nobodys"),
        ("POST", "/orders/nobodys/pay"),
        ("POST", "/orders/nobodys/expire"),
        ("POST", "/codes/8802700000000000/pay"),
    ],
)
def test_an_unknown_order_or_code_is_404(fate: Fate, method: str, path: str) -> None:
    answer = fate.call(method, path)
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown-order")


def test_an_unknown_path_is_404_in_json(fate: Fate) -> None:
    answer = fate.call("GET", "/nothing")
    assert (answer.status_code, answer.json()["error"]) == (404, "Not Found")


WRONG = [
    (f"/orders/{ORDER_ID}/pay", {"amount": "1000"}, "amount"),
    (f"/orders/{ORDER_ID}/pay", {"amount": 0}, "amount"),
    (f"/orders/{ORDER_ID}/pay", {"amount": True}, "amount"),
    (f"/orders/{ORDER_ID}/pay", {"channel": ""}, "channel"),
    (f"/orders/{ORDER_ID}/pay", {"late": "yes"}, "late"),
    (f"/orders/{ORDER_ID}/pay", {"callback": "maybe"}, "callback"),
    (f"/orders/{ORDER_ID}/pay", {"callback": "delay"}, "delaySeconds"),
    (f"/orders/{ORDER_ID}/pay", {"delaySeconds": -1}, "delaySeconds"),
    (f"/orders/{ORDER_ID}/pay", {"copies": 0}, "copies"),
    (f"/orders/{ORDER_ID}/pay", {"ammount": 5}, "ammount"),
    (f"/orders/{ORDER_ID}/pay", ["PAID"], "body"),
    (f"/orders/{ORDER_ID}/status", {}, "status"),
    (f"/orders/{ORDER_ID}/status", {"status": 1}, "status"),
    (f"/orders/{ORDER_ID}/callbacks", {}, "statuses"),
    (f"/orders/{ORDER_ID}/callbacks", {"statuses": []}, "statuses"),
    (f"/orders/{ORDER_ID}/callbacks", {"statuses": [1]}, "statuses"),
    (f"/orders/{ORDER_ID}/callbacks", {"statuses": ["PAID"], "order": "up"}, "order"),
    (f"/orders/{ORDER_ID}/callbacks", {"statuses": ["PAID"], "seed": 0.5}, "seed"),
    ("/callbacks", {}, "enabled"),
    ("/callbacks", {"enabled": 1}, "enabled"),
    ("/clock", {"speed": "fast"}, "speed"),
    ("/clock", {"speed": -1}, "speed"),
    ("/clock", {"advanceSeconds": -1}, "advanceSeconds"),
    ("/settings", {"enabledSources": "all"}, "enabledSources"),
    ("/settings", {"checkShowsCode": None}, "checkShowsCode"),
    ("/settings", {"references": "some"}, "references"),
    ("/settings", {"refundAmounts": "half"}, "refundAmounts"),
]


@pytest.mark.parametrize(("path", "body", "field"), WRONG)
def test_wrong_input_is_refused_by_name_and_changes_nothing(
    shop: Shop, fate: Fate, path: str, body: Any, field: str
) -> None:
    shop.initiate()
    answer = fate.call("POST", path, body)
    assert answer.status_code == 400
    assert (answer.json()["error"], answer.json()["field"]) == ("bad-input", field)
    assert shop.status() == "REQUEST_INITIATED"
    assert fate.log() == []


def test_a_control_body_that_is_not_json_is_refused(finpay: Server) -> None:
    answer = requests.post(f"{finpay.url}/_simulator/clock", data=b"{", timeout=5)
    assert (answer.status_code, answer.json()["field"]) == (400, "body")


def simulated_now(fate: Fate) -> float:
    return datetime.fromisoformat(fate.get("/health")["clock"]["now"]).timestamp()


def test_the_clock_can_be_advanced(fate: Fate) -> None:
    before = simulated_now(fate)
    fate.advance(3600)
    assert 3600 <= simulated_now(fate) - before < 3605


def test_the_clock_can_run_faster(fate: Fate) -> None:
    before = simulated_now(fate)
    assert fate.post("/clock", speed=100_000)["speed"] == 100_000
    assert simulated_now(fate) - before > 50


def test_the_clock_can_be_held(fate: Fate) -> None:
    fate.post("/clock", speed=0)
    assert simulated_now(fate) == simulated_now(fate)


def test_a_held_clock_still_calls_back_at_once(shop: Shop, fate: Fate, receiver: Receiver) -> None:
    fate.post("/clock", speed=0)
    shop.initiate()
    fate.pay()
    assert receiver.statuses == ["PAID"]
    assert fate.callbacks(statuses=["PAID"], delaySeconds=1)["complete"] is False


def test_the_speed_can_be_set_at_the_start() -> None:
    with server.start(speed=5.0) as finpay:
        assert Fate(finpay).get("/health")["clock"]["speed"] == 5.0


def test_a_reset_forgets_everything_but_the_codes_it_gave_out(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    code = shop.initiate().json()["paymentCode"]
    fate.pay(callback="delay", delaySeconds=60)
    fate.callbacks(statuses=["PENDING"])
    fate.post("/faults", endpoint="initiate", fault="error-500")
    fate.post("/callbacks", enabled=False)
    fate.post("/settings", enabledSources=["qris"], checkShowsCode=False)
    fate.advance(10)
    fate.post("/reset")
    assert (fate.get("/orders")["orders"], fate.log()) == ([], [])
    assert shop.initiate().json()["paymentCode"] != code
    fate.advance(120)
    assert receiver.statuses == ["PENDING"]
    fate.pay()
    assert receiver.statuses == ["PENDING", "PAID"]
    assert "paymentCode" in shop.check().json()["data"]["sourceOfFunds"]


def test_a_reset_ends_the_retries_of_an_attempt_under_way(
    shop: Shop, fate: Fate, receiver: Receiver
) -> None:
    receiver.answers = [503]
    shop.initiate()
    receiver.before_answer = lambda: fate.post("/reset")
    fate.callbacks(statuses=["PAID"])
    fate.advance(7200)
    assert len(receiver.received) == 1
    assert fate.log() == []


def routes_of(finpay: Server) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in finpay.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_the_readme_lists_every_route_and_no_other(finpay: Server) -> None:
    readme = (Path(simulator.__file__).parent / "README.md").read_text()
    rows = re.findall(r"^\| (GET|POST|DELETE) \| `([^`]+)` \|", readme, re.MULTILINE)
    documented = {(method, re.sub(r"\{(\w+)\}", r"<\1>", path)) for method, path in rows}
    assert documented == routes_of(finpay)
    assert len(rows) == len(documented)


def test_the_readme_names_every_fault() -> None:
    readme = (Path(simulator.__file__).parent / "README.md").read_text()
    table = readme.split("| Fault |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.MULTILINE)) == set(KINDS)
