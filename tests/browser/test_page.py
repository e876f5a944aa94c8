"""The page to try requests from: all of it from this machine, and what it sends is answered."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from local import api_page
from local.front import Front
from local.ports import Ports, claim
from local.state import RunningStack
from tests.functional.openapi.test_document import DOCUMENT, operations

KEY = "sk_demo_of-a-test"
# As root it has no sandbox, and a test has no use for a profile.
CHROMIUM = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")


@pytest.fixture
def page() -> Iterator[str]:
    """The URL of the page, before an API that does not answer."""
    ports = claim(Ports.any_free())
    with Front(ports.api, ports.aws, "nowhere.execute-api.localhost") as front:
        front.pages = api_page.pages(KEY)
        yield f"http://127.0.0.1:{ports.api}{api_page.PATH}"


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=10)


@pytest.mark.parametrize("end", ["", "/", "?deep=link"])
def test_the_page_is_there_with_all_that_it_loads(page: str, end: str) -> None:
    shown = get(page + end)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', shown.text)
    assert len(loaded) == 4
    for one in loaded:
        assert one.startswith("/docs/"), "nothing comes from elsewhere"
        assert get(urljoin(page, one)).status_code == 200, one


def test_the_browser_is_told_to_load_nothing_from_elsewhere(page: str) -> None:
    assert get(page).headers["content-security-policy"].startswith("default-src 'self';")


@pytest.mark.parametrize("end", ["", "/start.js"])
def test_a_page_from_elsewhere_gets_no_key(page: str, end: str) -> None:
    own = get(page + end)
    assert own.headers["cross-origin-resource-policy"] == "same-origin"
    rebound = requests.get(page + end, headers={"Host": "elsewhere.example:8080"}, timeout=10)
    assert rebound.status_code == 403
    assert KEY not in rebound.text


def test_the_document_is_the_committed_one_with_this_stack_as_its_server(page: str) -> None:
    served = get(f"{page}/openapi.json").json()
    assert [server["url"] for server in served["servers"]] == ["/"]
    assert served | {"servers": DOCUMENT["servers"]} == DOCUMENT


def test_the_page_has_the_key_of_the_demo_storefront(page: str) -> None:
    assert json.dumps(KEY) in get(f"{page}/start.js").text


def test_whatever_else_is_asked_for_goes_to_the_api(page: str) -> None:
    assert get(f"{page}/elsewhere").status_code == 502
    assert requests.post(page, timeout=10).status_code == 502


def test_a_browser_shows_every_operation(page: str, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or pytest.skip("chromium is not installed")
    command = [chromium, *CHROMIUM, f"--user-data-dir={tmp_path}", "--virtual-time-budget=20000"]
    shown = subprocess.run(
        [*command, "--dump-dom", page], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    for _, operation in operations():
        assert operation["summary"] in shown
    assert 'aria-label="authorization button locked"' in shown, "the key is filled in"


def test_the_running_stack_has_the_page_and_answers_what_it_sends(stack: RunningStack) -> None:
    start = get(f"{stack.api_url}/docs/start.js").text
    (key,) = re.findall(r'"(sk_demo_[^"]+)"', start)
    assert key == stack.api_key
    (request,) = [
        found["requestBody"]["content"]["application/json"]["example"]
        for name, found in operations()
        if name == "POST /payments"
    ]
    body = request | {"order": request["order"] | {"id": "docs-page"}}
    answer = requests.post(
        f"{stack.api_url}/payments",
        json=body,
        headers={"Authorization": f"Bearer {key}", "Origin": stack.api_url},
        timeout=40,
    )
    assert answer.status_code == 201
