"""Debian's chromium through playwright, the shop and the till of the stack of all tests."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local.paths import LOCAL
from local.state import RunningStack
from tests.browser.people import PATIENCE_MS, Cashier, Customer
from tests.stack.shop import Shop, at_rest

NAMES = ("chromium", "chromium-browser")
PICTURES = LOCAL / "browser"
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking"]
# Letters in shades of grey are alike on every screen, and make small pictures.
GREY = ["--disable-lcd-text", "--font-render-hinting=none"]

ONE = pytest.StashKey[Browser]()

type OpenPage = Callable[..., Page]


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Browser:
    """One process for all tests of this folder.

    Not for longer: while playwright runs, no other test in this thread can have a loop of asyncio.
    """
    folder = request.node.getparent(pytest.Dir)
    if ONE not in folder.stash:
        resources = ExitStack()
        folder.addfinalizer(resources.close)
        folder.stash[ONE] = resources.enter_context(launched())
        resources.callback(folder.stash.__delitem__, ONE)
    one: Browser = folder.stash[ONE]
    return one


@contextmanager
def launched() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no {' or '.join(NAMES)} is installed (Debian: apt-get install chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *GREY, *as_root])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens pages, each with a profile of its own, of a width in pixels and anything else.

    At the end each is kept as a picture in .local/browser, and none may have had an error.
    """
    pages: list[Page] = []
    errors: list[str] = []

    with ExitStack() as contexts:

        def opened(width: int = 1280, **options: object) -> Page:
            settings = {
                "locale": "id-ID",
                "timezone_id": "Asia/Jakarta",
                "viewport": {"width": width, "height": 800},
                **options,
            }
            context = browser.new_context(**settings)  # type: ignore[arg-type]
            contexts.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on(
                "console", lambda line: errors.append(line.text) if is_wrong(line.text) else None
            )
            pages.append(page)
            return page

        yield opened
        PICTURES.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"\W+", "-", request.node.name)
        for number, page in enumerate(pages, 1):
            page.screenshot(path=PICTURES / f"{name}-{number}.png")
    assert not errors


def is_wrong(line: str) -> bool:
    """A line in the console that is the page's fault, and not the network's."""
    return "Content Security Policy" in line or "Uncaught" in line


@pytest.fixture
def customer(open_page: OpenPage, stack: RunningStack) -> Customer:
    return Customer(open_page(), stack.shop_url)


@pytest.fixture
def cashier(open_page: OpenPage, stack_shop: Shop) -> Cashier:
    return Cashier(open_page(), stack_shop.stack.till_url)


@pytest.fixture
def stack_shop(stack: RunningStack) -> Iterator[Shop]:
    """Another storefront on the same stack, which may look into its tables."""
    with at_rest(stack) as shop:
        yield shop


@pytest.fixture
def held_clock(stack_shop: Shop) -> Iterator[Shop]:
    """Finpay's clock stands still: what is due later comes when the test moves the clock."""
    stack_shop.fate("clock", speed=0)
    yield stack_shop
    stack_shop.fate("clock", speed=1)
