"""The API's page in a browser: what it sends is answered by the real handlers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from local import api_page
from local.front import Front as LocalFront
from local.ports import Ports, claim
from ops.openapi import samples
from testing.fixtures import account, aws, dynamodb, no_container, one_finpay, service
from testing.registry import make_registry
from testing.service import Service
from tests.browser.people import visit
from tests.functional.openapi.front import Front, serving

if TYPE_CHECKING:
    from tests.browser.conftest import OpenPage

__all__ = ["account", "aws", "dynamodb", "no_container", "one_finpay", "service"]


@pytest.fixture
def page(open_page: "OpenPage", service: Service) -> Iterator[Page]:
    """The page as the local stack serves it, before the real handlers."""
    key = make_registry(service.dynamodb).create("contoh", ["*"]).api_key
    with serving(Front(service)) as upstream:
        port = int(upstream.rpartition(":")[2])
        with LocalFront(claim(Ports.any_free()).api, port, "127.0.0.1") as front:
            front.pages = api_page.pages(key)
            page = open_page(locale="en-US")
            visit(page, f"http://127.0.0.1:{front.server_port}{api_page.PATH}")
            yield page


def execute(page: Page, operation: str) -> None:
    block = page.locator(f"#operations-payments-{operation}")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Execute").click()


def answered(page: Page, operation: str, status: int) -> None:
    block = page.locator(f"#operations-payments-{operation} .live-responses-table")
    expect(block.locator(".response-col_status").last).to_contain_text(str(status))


def test_the_example_of_a_payment_is_made_seen_and_cancelled_by_three_buttons(page: Page) -> None:
    execute(page, "createPayment")
    answered(page, "createPayment", 201)
    created = page.locator("#operations-payments-createPayment .live-responses-table")
    expect(created).to_contain_text(samples.ORDER_ID)
    expect(created).to_contain_text("PENDING")
    execute(page, "cancelPayment")
    answered(page, "cancelPayment", 200)
    seen = page.locator("#operations-payments-getPayment")
    seen.locator(".opblock-summary-control").click()
    seen.get_by_placeholder("If-None-Match").fill("")
    seen.get_by_role("button", name="Execute").click()
    answered(page, "getPayment", 200)
    expect(seen.locator(".live-responses-table")).to_contain_text("CANCELLED")
