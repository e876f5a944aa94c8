"""Who uses the pages: a customer at the shop, and somebody at the till."""

import re
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from testing.personal_data import marks

PATIENCE_MS = 30_000
"""For anything on a page: functions start cold, a webhook goes through a stream and a queue."""

LABELS = {
    "en": ("First name", "Last name", "E-mail", "Mobile phone", "Order and get a payment code"),
    "id": ("Nama depan", "Nama belakang", "Email", "Nomor HP", "Pesan dan dapatkan kode bayar"),
}
WHO = (marks.FIRST_NAME, marks.LAST_NAME, marks.EMAIL, marks.PHONE)


@dataclass(frozen=True)
class Customer:
    page: Page
    url: str

    def open(self, language: str = "en") -> None:
        self.page.goto(f"{self.url}/{language}/")

    def fill_in(self, language: str = "en") -> None:
        *fields, _ = LABELS[language]
        for label, value in zip(fields, WHO, strict=True):
            self.page.get_by_label(label).fill(value)

    def send(self, language: str = "en") -> None:
        self.page.get_by_role("button", name=LABELS[language][-1]).click()
        expect(self.order).to_be_visible()

    def buy(self, language: str = "en") -> str:
        """Order one shirt and return the payment code."""
        self.open(language)
        self.fill_in(language)
        self.send(language)
        self.sees("open")
        return self.code()

    @property
    def order(self) -> Locator:
        return self.page.locator("#order")

    def sees(self, stage: str, *, seconds: float = 30) -> None:
        """Wait until the page shows this stage by itself."""
        timeout = seconds * 1000
        expect(self.order).to_have_attribute("data-stage", stage, timeout=timeout)

    def code(self) -> str:
        return self.page.locator("#code").inner_text().strip()

    def order_id(self) -> str:
        (found,) = re.findall(r"toko-[0-9a-f]{16}", self.order.inner_text())
        return str(found)


@dataclass(frozen=True)
class Cashier:
    page: Page
    url: str

    def open(self, code: str = "") -> None:
        self.page.goto("about:blank")  # A change behind the # alone would not load the page anew.
        self.page.goto(f"{self.url}#{code}")
        expect(self.page.locator("#clock")).not_to_be_empty()

    def press(self, name: str) -> None:
        """Press a button and wait until the till says what came of it."""
        self.page.get_by_role("button", name=name, exact=True).click()
        said = self.page.get_by_role("status")
        expect(said).to_contain_text(re.compile(rf"{re.escape(name)}:|armed"))

    def callbacks(self, order_id: str) -> list[str]:
        """What the till shows of the order's callbacks, newest first: `PAID answered 200`."""
        cards = self.page.locator("#callbacks li").filter(has_text=order_id)
        return [" ".join(text.split()) for text in cards.locator("p").all_inner_texts()]


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return bool(widths[0] <= widths[1])


def obstacles(page: Page) -> list[str]:
    """What axe finds that keeps people out: its rule and the elements."""
    violations = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in violations for node in one["nodes"]]
