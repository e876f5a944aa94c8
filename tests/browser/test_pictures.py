"""The README's pictures: taken in every run, and put into docs/images by `make screenshots`."""

import os
from pathlib import Path

from playwright.sync_api import Page

from local.state import RunningStack
from tests.browser.conftest import PICTURES, OpenPage
from tests.browser.people import Cashier, Customer

WANTED_IN = "FINPAY_SCREENSHOTS"
"""Names the folder that the pictures are for; without it they are artifacts of the test only."""
MOST_BYTES = 150_000


def test_the_pictures_of_the_readme_are_small(open_page: OpenPage, stack: RunningStack) -> None:
    phone = Customer(open_page(360), stack.shop_url)
    phone.open("id")
    phone.send("id")
    phone.sees("open")
    desktop = Customer(open_page(1280), stack.shop_url)
    desktop.open()
    desktop.send()
    desktop.sees("open")
    take_small(phone.page, "shop-phone")
    take_small(desktop.page, "shop-desktop")
    cashier = Cashier(open_page(1280), stack.till_url)
    cashier.open(desktop.code())
    cashier.press("Pay")
    cashier.page.get_by_role("button", name=f"Choose {phone.code()}").click()
    cashier.page.set_viewport_size({"width": 1280, "height": 640})
    take_small(cashier.page, "till")


def take_small(page: Page, name: str) -> None:
    folder = Path(os.environ.get(WANTED_IN, PICTURES))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.png"
    page.wait_for_load_state()  # the barcode, too
    page.screenshot(path=file)
    assert 5_000 < file.stat().st_size < MOST_BYTES
