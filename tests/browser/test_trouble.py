"""What a customer sees when the payment service fails, or the shop itself cannot be reached."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from werkzeug.serving import make_server

from examples.shop.app import create_app
from testing.scripted.service import Answer, ScriptedService
from tests.browser.conftest import OpenPage
from tests.browser.people import Customer, obstacles
from tests.functional.demo_shop.customer import make_settings


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    service = ScriptedService()
    yield service
    service.stop()


class OwnShop:
    """A shop of this test's, which can go away."""

    def __init__(self, service: ScriptedService, database: Path) -> None:
        app = create_app(make_settings(payments_url=service.url, database=str(database)))
        self._http = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def shop(service: ScriptedService, tmp_path: Path) -> Iterator[OwnShop]:
    shop = OwnShop(service, tmp_path / "shop.db")
    yield shop
    shop.stop()


@pytest.fixture
def customer(open_page: OpenPage, shop: OwnShop) -> Customer:
    return Customer(open_page(360), shop.url)


def test_an_order_without_its_code_gets_it_by_itself_with_the_same_body(
    customer: Customer, service: ScriptedService
) -> None:
    service.answers = [Answer(503, "unavailable", 110), Answer(503, "unavailable", 1)]
    customer.page.clock.install()
    customer.open()
    customer.fill_in()
    customer.send()
    customer.sees("asking")
    assert obstacles(customer.page) == []
    customer.page.clock.fast_forward("02:00")
    customer.sees("open")
    expect(customer.page.get_by_role("status")).to_have_text("Pay with this code")
    first, second, third = (asked.body for asked in service.asked)
    assert first == second == third


def test_a_wrong_field_has_the_focus_and_its_reason(
    customer: Customer, service: ScriptedService
) -> None:
    errors = [{"pointer": "/customer/mobilePhone", "detail": "is no phone"}]
    service.answers = [Answer(422, "invalid-request", members={"errors": errors})]
    page = customer.page
    customer.open("id")
    customer.fill_in("id")
    page.get_by_role("button", name="Pesan").click()
    phone = page.get_by_label("Nomor HP")
    expect(phone).to_be_focused()
    expect(phone).to_have_accessible_description("Isi nomor HP yang benar, misalnya 081234567890.")
    expect(page.get_by_role("alert")).to_contain_text("belum ada tagihan")
    assert obstacles(page) == []
    customer.fill_in("id")
    customer.send("id")
    customer.sees("open")


def test_a_refused_order_offers_a_new_one(customer: Customer, service: ScriptedService) -> None:
    service.answers = [Answer(503, "unavailable", 1), Answer(502, "gateway-refused")]
    customer.open()
    customer.fill_in()
    customer.send()
    customer.sees("refused")
    assert obstacles(customer.page) == []
    expect(customer.page.get_by_role("link", name="Make a new order")).to_be_visible()


def test_an_impatient_second_click_makes_no_second_order(
    customer: Customer, service: ScriptedService
) -> None:
    customer.open()
    customer.fill_in()
    customer.button().dblclick()
    customer.sees("open")
    assert len(service.asked) == 1


def test_an_impatient_second_click_sends_nothing(customer: Customer) -> None:
    customer.open()
    customer.fill_in()
    lead_nowhere(customer.page)
    customer.button().dblclick()
    assert customer.page.evaluate("sent") == [True, False]
    expect(customer.page.get_by_role("status")).not_to_be_empty()


def lead_nowhere(page: Page) -> None:
    """Let the page stay when its form is sent, and note of each time whether it went out."""
    page.route("**/orders", lambda route: route.fulfill(status=204))
    page.evaluate(
        "() => { window.sent = [];"
        " addEventListener('submit', (event) => sent.push(!event.defaultPrevented)); }"
    )


def test_a_page_says_that_its_script_runs_only_when_it_does(customer: Customer) -> None:
    page = customer.page
    scripts: list[Route] = []

    def held(route: Route) -> None:
        scripts.append(route)

    page.route("**/order.js", held)
    customer.open()
    customer.fill_in()
    customer.button().click(no_wait_after=True)
    expect(page.locator("#order")).to_be_visible()
    expect(customer.order).to_have_count(0)
    (script,) = scripts
    script.continue_()
    customer.sees("open")


def test_a_shop_that_is_away_is_said_and_found_again(customer: Customer) -> None:
    customer.buy()
    customer.page.context.set_offline(True)
    said = customer.page.get_by_role("status")
    expect(said).to_contain_text("cannot be reached")
    customer.page.context.set_offline(False)
    expect(said).to_be_empty()
    customer.sees("open")


def test_without_javascript_the_code_is_there_and_the_page_can_be_loaded_anew(
    open_page: OpenPage, shop: OwnShop, service: ScriptedService
) -> None:
    service.answers = [Answer(503, "unavailable", 1)]
    customer = Customer(open_page(java_script_enabled=False), shop.url, has_scripts=False)
    customer.open()
    customer.fill_in()
    customer.send()
    customer.sees("asking")
    customer.page.get_by_role("button", name="Try again now").click()
    customer.sees("open")
    expect(customer.order).to_contain_text("26.11.2026 09:56 WIB")
    expect(customer.page.get_by_role("button", name="Copy the code")).to_be_hidden()
