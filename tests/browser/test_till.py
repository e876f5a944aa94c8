"""Each button of the till for what goes wrong, and what the shop then shows by itself."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import Cashier, Customer
from tests.stack.shop import Shop


@pytest.fixture
def bought(customer: Customer, cashier: Cashier) -> Customer:
    """A customer with a code, which the till has chosen."""
    customer.page.clock.install()
    cashier.open(customer.buy())
    return customer


def stays(customer: Customer, stage: str, shop: Shop) -> None:
    """The page shows all that the shop is told, and goes on showing it."""
    customer.keeps_seeing(stage, shop.told_version(customer.order_id()))


def test_a_wrong_amount_is_looked_into(bought: Customer, cashier: Cashier) -> None:
    cashier.page.get_by_label("Amount (Rp)").fill("149.999")
    cashier.press("Pay the wrong amount")
    bought.sees("review")
    expect(bought.order).to_contain_text("Do not pay again")


def test_a_wrong_amount_that_is_no_number_is_named(
    bought: Customer, cashier: Cashier, stack_shop: Shop
) -> None:
    cashier.page.get_by_label("Amount (Rp)").fill("a lot")
    cashier.page.get_by_role("button", name="Pay the wrong amount").click()
    expect(cashier.page.get_by_role("status")).to_contain_text("Not done: amount")
    stays(bought, "open", stack_shop)


def test_paying_twice_is_paid_once(bought: Customer, cashier: Cashier, stack_shop: Shop) -> None:
    cashier.press("Pay twice")
    bought.sees("overpaid")
    expect(bought.order).to_contain_text("Paid too much")
    cashier.sees_callbacks(bought.order_id(), "PAID answered 200", "PAID answered 200")
    # The second payment changes no status; the shop is told of it by an event of its own.
    bought.keeps_seeing("overpaid", stack_shop.told_version(bought.order_id()) + 1)


def test_paying_late_is_accepted_and_said(bought: Customer, cashier: Cashier) -> None:
    cashier.press("Pay late")
    bought.sees("paid")
    expect(bought.order).to_contain_text("after its time was over")
    cashier.sees_callbacks(bought.order_id(), "PAID answered 200", "EXPIRED answered 200")


def test_an_expired_code_says_not_to_pay_it(bought: Customer, cashier: Cashier) -> None:
    cashier.press("Expire")
    bought.sees("expired")
    expect(bought.order).to_contain_text("Do not pay this code any more")
    bought.page.get_by_role("link", name="Make a new order").click()
    expect(bought.page.get_by_role("heading", level=1)).to_have_text("Batik T-shirt")


def test_a_failed_payment_says_so(bought: Customer, cashier: Cashier) -> None:
    cashier.press("Fail")
    bought.sees("failed")
    cashier.sees_callbacks(bought.order_id(), "FAILED answered 200")


def test_a_lost_callback_changes_nothing_until_it_is_sent_again(
    bought: Customer, cashier: Cashier, stack_shop: Shop
) -> None:
    cashier.press("Pay, lose the callback")
    cashier.sees_callbacks(bought.order_id(), "PAID lost on its way")
    stays(bought, "open", stack_shop)
    cashier.press("Send the callback again")
    bought.sees("paid")


def test_a_delayed_callback_comes_later(
    bought: Customer, cashier: Cashier, held_clock: Shop
) -> None:
    cashier.page.get_by_label("Delay (s)").fill("6")
    cashier.press("Pay, delay the callback")
    expect(cashier.page.get_by_role("status")).to_contain_text("on its way")
    held_clock.fate("clock", advanceSeconds=5)
    stays(bought, "open", held_clock)
    cashier.sees_callbacks(bought.order_id())
    held_clock.fate("clock", advanceSeconds=1)
    bought.sees("paid")
    cashier.sees_callbacks(bought.order_id(), "PAID answered 200")


def test_statuses_out_of_order_leave_it_paid(
    bought: Customer, cashier: Cashier, stack_shop: Shop
) -> None:
    cashier.press("Pay, statuses out of order")
    bought.sees("paid")
    answered = [f"{status} answered 200" for status in ("PENDING", "EXPIRED", "PAID")]
    cashier.sees_callbacks(bought.order_id(), *answered)
    stays(bought, "paid", stack_shop)


def test_a_callback_before_the_code_is_no_harm(customer: Customer, cashier: Cashier) -> None:
    cashier.open()
    cashier.press("Call back before initiate answers")
    expect(cashier.page.locator("#armed")).to_have_text("callback-first")
    customer.open()
    customer.fill_in()
    customer.send()
    customer.sees("paid")
    expect(cashier.page.locator("#armed")).to_have_text("nothing")


@pytest.mark.parametrize(
    "button",
    ["Make the code, answer 504", "Make the code, answer too late", "Make nothing, answer 500"],
)
def test_a_code_whose_answer_is_missing_is_asked_for_again_and_stays_one(
    customer: Customer, cashier: Cashier, stack_shop: Shop, button: str
) -> None:
    cashier.open()
    cashier.press(button)
    customer.open()
    customer.fill_in()
    customer.send()
    customer.sees("asking")
    expect(customer.order).to_contain_text("nothing is charged")
    # Nobody waits here until another may take over what the first request began.
    order_id = customer.order_id()
    stack_shop.make_due(order_id, lease_over=True)
    customer.page.get_by_role("button", name="Try again now").click()
    customer.sees("open")
    expect(customer.page.get_by_role("status")).to_have_text("Pay with this code")
    assert stack_shop.live_codes(order_id) == [customer.code()]


def test_what_is_armed_can_be_disarmed(cashier: Cashier) -> None:
    cashier.open()
    cashier.press("Make the code, answer 504")
    expect(cashier.page.locator("#armed")).to_have_text("error-504")
    cashier.page.get_by_role("button", name="Disarm").click()
    expect(cashier.page.locator("#armed")).to_have_text("nothing")


def test_a_simulator_that_is_away_is_said_until_it_is_back(cashier: Cashier) -> None:
    cashier.open()
    said = cashier.page.get_by_role("status")
    cashier.page.context.set_offline(True)
    expect(said).to_contain_text("The simulator does not answer")
    cashier.page.context.set_offline(False)
    expect(said).to_be_empty()


def test_a_link_that_is_no_code_chooses_none(cashier: Cashier) -> None:
    cashier.open("%E0%A4%A")
    expect(cashier.page.locator("#chosen")).to_contain_text("Type a code")


def test_a_code_that_nobody_issued_is_not_paid(cashier: Cashier) -> None:
    cashier.open("000")
    expect(cashier.page.locator("#chosen")).to_have_text("No order has this code.")
    cashier.page.get_by_role("button", name="Pay", exact=True).click()
    expect(cashier.page.get_by_role("status")).to_have_text("Not done: no order has this code.")


def test_a_paid_code_is_not_paid_by_the_same_button_again(
    bought: Customer, cashier: Cashier
) -> None:
    code = bought.code()
    cashier.press("Pay")
    cashier.page.get_by_role("button", name="Pay", exact=True).click()
    said = cashier.page.get_by_role("status")
    expect(said).to_contain_text("the order is paid already")
    shown = cashier.page.locator("#codes li").filter(has_text=code)
    expect(shown).to_have_count(0)
    cashier.page.get_by_label("Show closed ones too").check()
    expect(shown).to_contain_text("PAID")
