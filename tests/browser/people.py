"""Who uses the pages: a customer at the shop, and somebody at the till."""

import re
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from testing.personal_data import marks

PATIENCE_MS = 60_000
"""For anything on a page: functions start cold, a webhook goes through a stream and a queue."""

RUNNING = "html[data-script=running]"
"""A document whose script runs; what is found below it is in the same document."""

LABELS = {
    "en": ("First name", "Last name", "E-mail", "Mobile phone", "Order and get a payment code"),
    "id": ("Nama depan", "Nama belakang", "Email", "Nomor HP", "Pesan dan dapatkan kode bayar"),
}
WHO = (marks.FIRST_NAME, marks.LAST_NAME, marks.EMAIL, marks.PHONE)


def visit(page: Page, url: str) -> None:
    """Open a page and wait until its script runs: before that it handles and polls nothing."""
    page.goto(url)
    runs(page)


def runs(page: Page) -> None:
    """Wait until the script of the page runs."""
    page.locator(RUNNING).wait_for(state="attached")


@dataclass(frozen=True)
class Customer:
    """All that is found on the shop's pages is found only once their scripts run.

    A browser without scripts has no such moment.
    """

    page: Page
    url: str
    has_scripts: bool = True

    def open(self, language: str = "en") -> None:
        url = f"{self.url}/{language}/"
        if self.has_scripts:
            visit(self.page, url)
        else:
            self.page.goto(url)

    def fill_in(self, language: str = "en") -> None:
        *fields, _ = LABELS[language]
        for label, value in zip(fields, WHO, strict=True):
            self.page.get_by_label(label).fill(value)

    def button(self, language: str = "en") -> Locator:
        """The button that orders."""
        return self.page.get_by_role("button", name=LABELS[language][-1])

    def send(self, language: str = "en") -> None:
        self.button(language).click()
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
        return self.page.locator(f"{self._document} #order")

    @property
    def wrong_field(self) -> Locator:
        """The first field of a form that came back."""
        return self.page.locator(f"{self._document} [aria-invalid]").first

    def sees(self, stage: str) -> None:
        """Wait until the page shows this stage by itself."""
        expect(self.order).to_have_attribute("data-stage", stage)

    def keeps_seeing(self, stage: str, version: int) -> None:
        """The page shows this version of the payment at this stage, also after another status sync.

        Where the shop is told of no newer version, no webhook is on its way any more. The page's
        clock has to be installed: it is moved to the next status sync.
        """
        mark = f"{version}-{stage}"
        expect(self.order).to_have_attribute("data-mark", mark)
        with self.page.expect_response(re.compile("/state$")) as look:
            self.page.clock.fast_forward("00:10")
        assert look.value.json() == {"mark": mark}
        assert self.order.get_attribute("data-mark") == mark

    def code(self) -> str:
        return self.page.locator("#code").inner_text().strip()

    def order_id(self) -> str:
        (found,) = re.findall(r"toko-[0-9a-f]{16}", self.order.inner_text())
        return str(found)

    @property
    def _document(self) -> str:
        return RUNNING if self.has_scripts else "html"


@dataclass(frozen=True)
class Cashier:
    page: Page
    url: str

    def open(self, code: str = "") -> None:
        self.page.goto("about:blank")  # A change behind the # alone would not load the page anew.
        visit(self.page, f"{self.url}#{code}")

    def press(self, name: str) -> None:
        """Press a button and wait until the till says what came of it."""
        button = self.page.get_by_role("button", name=name, exact=True)
        button.click()
        # It is busy from the click on, so an older message is not taken for the answer.
        expect(button).not_to_have_attribute("aria-disabled", "true")
        said = self.page.get_by_role("status")
        expect(said).to_contain_text(re.compile(rf"{re.escape(name)}:|armed"))

    def sees_callbacks(self, order_id: str, *expected: str) -> None:
        """Wait until these are the order's callbacks, newest first: `PAID answered 200`."""
        cards = self.page.locator("#callbacks li").filter(has_text=order_id)
        expect(cards.locator("p")).to_have_text(list(expected))


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return bool(widths[0] <= widths[1])


def obstacles(page: Page) -> list[str]:
    """What axe finds that keeps people out: its rule and the elements."""
    violations = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in violations for node in one["nodes"]]
