"""The till's page is served from a fixed list of files, and only to this machine."""

import re

import pytest
import requests

from simulator import till_page
from simulator.server import Server
from tests.functional.simulator.shop import Fate, Shop


def fetch(finpay: Server, path: str) -> requests.Response:
    return requests.get(f"{finpay.url}{path}", timeout=10, allow_redirects=False)


@pytest.mark.parametrize("name", till_page.FILES)
def test_every_file_of_the_till_is_there_with_its_type(finpay: Server, name: str) -> None:
    answer = fetch(finpay, f"/till/{name}")
    assert answer.status_code == 200
    assert answer.content == (till_page.FOLDER / till_page.FILES[name][0]).read_bytes()
    assert answer.headers["Content-Type"].startswith(till_page.FILES[name][1])


def test_every_file_of_the_folder_is_listed() -> None:
    listed = {file for file, _ in till_page.FILES.values()}
    assert listed == {file.name for file in till_page.FOLDER.iterdir()}


def test_the_address_without_its_slash_leads_to_the_page(finpay: Server) -> None:
    answer = fetch(finpay, "/till")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/till/")
    assert finpay.till_url == f"{finpay.url}/till/"


@pytest.mark.parametrize(
    "path",
    ["index.html", "..%2ftill_page.py", "%2e%2e/server.py", "till.js/", ".", "till.css%00.js"],
)
def test_nothing_else_is_served(finpay: Server, path: str) -> None:
    answer = finpay.app.test_client().get(f"/till/{path}")
    assert answer.status_code == 404
    assert "error" in (answer.json or {})


def test_the_page_may_load_and_run_nothing_but_its_own_files(finpay: Server) -> None:
    answer = fetch(finpay, "/till/")
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert not [value for value in policy.values() if "unsafe" in value or "http" in value]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_has_no_script_or_style_in_itself() -> None:
    page = (till_page.FOLDER / "index.html").read_text()
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page) == [""]
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", page)


def test_the_scripts_put_text_on_the_page_and_never_markup() -> None:
    scripts = "".join(file.read_text() for file in till_page.FOLDER.glob("*.js"))
    assert "textContent" in scripts
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", scripts)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "rebound.example"},
    ],
)
@pytest.mark.parametrize("path", ["/till/", "/_simulator/orders"])
def test_a_page_from_elsewhere_gets_nothing(
    finpay: Server, path: str, headers: dict[str, str]
) -> None:
    answer = requests.get(f"{finpay.url}{path}", headers=headers, timeout=10)
    assert answer.status_code == 403


def test_the_tills_own_requests_are_let_through(finpay: Server) -> None:
    headers = {"Origin": finpay.url}
    answer = requests.post(f"{finpay.url}/_simulator/reset", headers=headers, timeout=10)
    assert answer.status_code == 200


def test_the_readme_has_every_button_that_breaks_something_and_no_other() -> None:
    page = (till_page.FOLDER / "index.html").read_text()
    buttons = re.findall(r'data-(?:action|arm)="\w+">([^<]+)</button>', page)
    readme = (till_page.FOLDER.parent / "README.md").read_text()
    table = readme[readme.index("| Button | Does |") :].partition("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)[1:]
    assert sorted(rows) == sorted(set(buttons) - {"Pay"})


# What the page reads


def test_the_newest_orders_and_callbacks_come_first(shop: Shop, fate: Fate) -> None:
    for order_id in ("one", "two", "three"):
        shop.initiate(order={"id": order_id})
        fate.post(f"/orders/{order_id}/pay")
    orders = fate.get("/orders?newest=2")["orders"]
    assert [order["orderId"] for order in orders] == ["three", "two"]
    callbacks = fate.get("/callbacks?newest=2")["callbacks"]
    assert [(one["orderId"], one["entry"]) for one in callbacks] == [("three", 3), ("two", 2)]


def test_an_entry_of_the_log_keeps_its_number_however_it_is_asked_for(
    shop: Shop, fate: Fate
) -> None:
    for order_id in ("one", "two", "three"):
        shop.initiate(order={"id": order_id})
        fate.post(f"/orders/{order_id}/pay")
    assert [one["entry"] for one in fate.log()] == [1, 2, 3]
    assert [one["entry"] for one in fate.get("/callbacks?orderId=three")["callbacks"]] == [3]


@pytest.mark.parametrize("newest", ["0", "-1", "1.5", "many", "1000", "", "²"])
def test_a_wrong_number_of_newest_is_named(fate: Fate, newest: str) -> None:
    answer = fate.call("GET", f"/callbacks?newest={newest}")
    assert (answer.status_code, answer.json()["field"]) == (400, "newest")
