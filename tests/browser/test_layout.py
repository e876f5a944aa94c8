"""The pages fit a phone and a desktop, and axe finds nothing in them that keeps people out."""

import pytest

from local.state import RunningStack
from tests.browser.conftest import OpenPage
from tests.browser.people import Cashier, Customer, fits, obstacles
from tests.stack.shop import Shop

WIDTHS = [360, 1280]
LONG = "M" * 60


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_shop_fits_and_is_open_to_everybody(
    open_page: OpenPage, stack: RunningStack, stack_shop: Shop, width: int, language: str
) -> None:
    customer = Customer(open_page(width), stack.shop_url)
    page = customer.page
    customer.open(language)
    assert (fits(page), obstacles(page)) == (True, [])
    customer.fill_in(language)
    page.locator("#firstName").fill(LONG)
    customer.button(language).click()
    customer.wrong_field.wait_for()
    assert (fits(page), obstacles(page)) == (True, [])
    customer.fill_in(language)
    customer.send(language)
    customer.sees("open")
    for channel in page.locator("summary").all()[1:]:
        channel.click()
    assert (fits(page), obstacles(page)) == (True, [])
    stack_shop.fate(f"orders/{customer.order_id()}/pay", amount=1)
    customer.sees("review")
    assert (fits(page), obstacles(page)) == (True, [])


@pytest.mark.parametrize("width", WIDTHS)
def test_the_till_fits_and_is_open_to_everybody(
    open_page: OpenPage, customer: Customer, stack: RunningStack, width: int
) -> None:
    cashier = Cashier(open_page(width), stack.till_url)
    cashier.open(customer.buy())
    assert (fits(cashier.page), obstacles(cashier.page)) == (True, [])
    cashier.press("Pay")
    cashier.page.get_by_label("Show closed ones too").check()
    assert (fits(cashier.page), obstacles(cashier.page)) == (True, [])
