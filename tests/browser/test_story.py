"""From the checkout over the till to "paid", as people do it."""

import re

import pytest
from playwright.sync_api import Page, expect

from examples.shop.till import LOOK_AT_THE_CODE_SECONDS
from local.state import RunningStack
from tests.browser.conftest import OpenPage
from tests.browser.people import Cashier, Customer, runs, visit
from tests.stack.shop import Shop

CHANNELS = ["Indomaret", "Alfamart", "Pegadaian", "ATM", "Mobile banking", "E-wallet"]
PAID = {"en": "Paid. Thank you!", "id": "Lunas. Terima kasih!"}


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_customer_orders_pays_at_the_till_and_sees_it_paid(
    customer: Customer, cashier: Cashier, language: str
) -> None:
    code = customer.buy(language)
    page = customer.page
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(customer.order).to_contain_text("Rp 150.000")
    barcode = page.get_by_role("img")
    expect(barcode).to_have_js_property("complete", value=True)
    assert barcode.evaluate("image => image.naturalWidth > 0")
    for channel in CHANNELS:
        expect(page.get_by_text(channel, exact=True)).to_be_visible()

    cashier.open()
    cashier.page.get_by_role("button", name=f"Choose {code}").click()
    cashier.page.get_by_label("Channel").select_option("Alfamart")
    cashier.press("Pay")

    customer.sees("paid")
    expect(page.get_by_role("heading", level=1)).to_have_text(PAID[language])
    expect(page.get_by_role("status")).to_have_text(PAID[language])
    assert page.title().startswith(PAID[language])
    cashier.sees_callbacks(customer.order_id(), "PAID answered 200")


def test_one_click_orders_and_the_till_pays(customer: Customer, held_clock: Shop) -> None:
    customer.open()
    customer.page.get_by_role("button", name="let the demo till pay").click()
    customer.sees("open")
    held_clock.fate("clock", advanceSeconds=LOOK_AT_THE_CODE_SECONDS)
    customer.sees("paid")


def test_the_language_can_be_changed_on_every_page(customer: Customer) -> None:
    page = customer.page
    visit(page, customer.url)
    expect(page.locator("html")).to_have_attribute("lang", "id")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Batik T-shirt")
    code = customer.buy()
    page.get_by_role("link", name="Bahasa Indonesia").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bayar dengan kode ini")
    assert customer.code() == code


@pytest.mark.parametrize(
    ("zone", "language", "name"),
    [
        ("Asia/Makassar", "id", "WITA"),
        ("Asia/Jayapura", "id", "WIT"),
        ("Europe/Paris", "en", "CET"),
    ],
)
def test_the_code_ends_in_the_customers_own_time_and_the_time_left_runs(
    open_page: OpenPage, stack: RunningStack, zone: str, language: str, name: str
) -> None:
    customer = Customer(open_page(timezone_id=zone), stack.shop_url)
    customer.buy(language)
    expect(customer.page.locator("#deadline")).to_contain_text(name)
    left = customer.page.get_by_role("timer")
    expect(left).to_have_text(re.compile("^2[34] "))
    expect(left).not_to_have_text(left.inner_text())


def test_a_browser_whose_clock_is_wrong_shows_the_right_time_left(customer: Customer) -> None:
    customer.page.clock.install(time="2020-01-01T00:00:00Z")
    customer.buy()
    customer.page.clock.run_for(2000)
    expect(customer.page.get_by_role("timer")).to_have_text(re.compile("^2[34] h"))


def test_a_countdown_that_is_over_decides_nothing(customer: Customer) -> None:
    customer.page.clock.install()
    customer.buy()
    left = customer.page.get_by_role("timer")
    expect(left).to_have_text(re.compile("^2[34] h"))
    customer.page.clock.fast_forward("25:00:00")
    expect(left).to_contain_text("The time is over")
    customer.keeps_seeing("open", version=2)


def test_the_code_is_copied(open_page: OpenPage, stack: RunningStack) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    code = Customer(page, stack.shop_url).buy()
    page.get_by_role("button", name="Copy the code").click()
    expect(page.get_by_role("status")).to_have_text("The code is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == code


def test_a_code_that_cannot_be_copied_is_selected(customer: Customer) -> None:
    code = customer.buy()
    customer.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")
    customer.page.get_by_role("button", name="Copy the code").click()
    expect(customer.page.get_by_role("status")).to_contain_text("selected")
    assert customer.page.evaluate("getSelection().toString().trim()") == code


def test_all_of_it_works_with_the_keyboard_alone(customer: Customer, cashier: Cashier) -> None:
    page = customer.page
    customer.open()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "quantity")
    page.keyboard.press("ArrowDown")
    tab_to(page, "mobilePhone")
    page.keyboard.press("Enter")
    customer.sees("open")
    expect(customer.order).to_contain_text("Rp 300.000")
    expect(page.get_by_role("button", name="Copy the code")).to_be_visible()
    tab_to(page, "copy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).not_to_be_empty()
    cashier.open()
    tab_to(cashier.page, "code")
    cashier.page.keyboard.type(customer.code())
    cashier.page.keyboard.press("Enter")
    customer.sees("paid")
    # What had the focus is gone; the page's title has it now.
    expect(page.locator("#title")).to_be_focused()


def tab_to(page: Page, element_id: str) -> None:
    """Tab until this element has the focus, which is to be seen on every element on the way."""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if page.evaluate("document.activeElement.id") == element_id:
            return
    pytest.fail(f"no Tab leads to {element_id}")


def test_the_shop_links_to_the_till_with_the_code_chosen(customer: Customer) -> None:
    code = customer.buy()
    with customer.page.context.expect_page() as opened:
        customer.page.get_by_role("link", name="demo till").click()
    till = opened.value
    runs(till)
    expect(till.get_by_label("Payment code")).to_have_value(code)
    expect(till.locator("#chosen")).to_contain_text("Rp 150.000")
