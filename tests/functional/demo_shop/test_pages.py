"""What the demo shop's pages are made of: words, headers, barcodes, and nothing of other orders."""

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from examples.shop import code_image, words
from examples.shop.catalogue import rupiah
from examples.shop.channels import CHANNELS
from examples.shop.settings import Settings
from local.paths import ROOT
from testing.scripted.deliveries import make_delivery, make_payment
from tests.functional.demo_shop.customer import Customer, make_settings

SHOP = ROOT / "examples" / "shop"
ENVIRONMENT = {
    "PAYMENTS_URL": "http://127.0.0.1:8080",
    "PAYMENTS_API_KEY": "a key",
    "WEBHOOK_SECRET": "a secret",
    "SHOP_URL": "http://127.0.0.1:8000",
    "DATABASE": "shop.db",
}


# Words


def test_both_languages_have_every_word_and_no_other() -> None:
    indonesian, english = (words.read()[language] for language in words.LANGUAGES)
    assert indonesian.keys() == english.keys()
    same = {name for name in english if english[name] == indonesian[name]}
    assert same == set()


def test_every_word_that_a_page_asks_for_is_there() -> None:
    templates = "".join(file.read_text() for file in (SHOP / "templates").iterdir())
    assert set(re.findall(r"\bw\.(\w+)", templates)) <= words.read()["en"].keys()


def test_every_channel_has_its_steps_in_both_languages() -> None:
    for channel in CHANNELS:
        counts = [len(channel.steps[language]) for language in words.LANGUAGES]
        assert counts[0] == counts[1] > 1, channel.name


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("id-ID,id;q=0.9", "id"), ("en-GB,en;q=0.9", "en"), ("fr", "id"), ("", "id")],
)
def test_a_browser_gets_the_language_that_it_prefers(
    customer: Customer, accepted: str, language: str
) -> None:
    answer = customer.shop.get("/", headers={"Accept-Language": accepted})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{language}/")


@pytest.mark.parametrize(
    ("amount", "written"),
    [(1, "Rp 1"), (999, "Rp 999"), (150_000, "Rp 150.000"), (1_234_567, "Rp 1.234.567")],
)
def test_rupiah_are_written_with_dots(amount: int, written: str) -> None:
    assert rupiah(amount) == written


# Headers and markup


@pytest.mark.parametrize("path", ["/", "/id/", "/static/order.js", "/nowhere"])
def test_every_answer_says_what_a_page_may_load(customer: Customer, path: str) -> None:
    with customer.shop.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_has_a_script_or_style_in_itself(customer: Customer) -> None:
    pages = customer.shop.get("/id/").text + customer.page(customer.buy())
    assert set(re.findall(r"<script[^>]*>([^<]*)</script>", pages)) == {""}
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", pages)


def test_the_scripts_put_text_on_the_page_and_never_markup() -> None:
    scripts = "".join(file.read_text() for file in (SHOP / "static").glob("*.js"))
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", scripts)


# Barcodes


def test_a_code_has_a_barcode_of_its_own(customer: Customer) -> None:
    key = customer.buy()
    answer = customer.shop.get(f"/orders/{key}/barcode.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.data == code_image.svg("8802700000000001")
    bars = ET.fromstring(answer.data).iter("{http://www.w3.org/2000/svg}rect")  # noqa: S314 - our own
    assert len(list(bars)) > 30
    assert code_image.svg("8802700000000002") != answer.data


@pytest.mark.parametrize("code", ["", "kode-ü", "コード"])
def test_a_code_that_no_barcode_can_show_goes_without(customer: Customer, code: str) -> None:
    assert code_image.svg(code) is None
    key = customer.buy()
    payment = make_payment(customer.order_id(key), paymentCode=code, version=3, amount=300_000)
    assert customer.deliver(make_delivery(payment)) == 204
    assert "barcode.svg" not in customer.page(key)
    assert customer.shop.get(f"/orders/{key}/barcode.svg").status_code == 404


# Orders


@pytest.mark.parametrize("path", ["/en/orders/{}", "/orders/{}/state", "/orders/{}/barcode.svg"])
def test_an_order_is_shown_only_to_who_has_its_address(customer: Customer, path: str) -> None:
    key = customer.buy()
    assert customer.shop.get(path.format(key)).status_code == 200
    for guess in (customer.order_id(key), "0" * 32, "..%2fshop.db"):
        assert customer.shop.get(path.format(guess)).status_code == 404
    assert customer.shop.post(f"/en/orders/{'0' * 32}/code").status_code == 404


def test_the_state_changes_with_the_payment(customer: Customer) -> None:
    key = customer.buy()
    before = customer.shop.get(f"/orders/{key}/state").json
    paid = make_payment(customer.order_id(key), status="PAID", version=3, amount=300_000)
    customer.deliver(make_delivery(paid))
    after = customer.shop.get(f"/orders/{key}/state").json
    assert (before, after) == ({"mark": "2-open"}, {"mark": "3-paid"})


def test_an_order_is_there_after_a_restart(customer: Customer, settings: Settings) -> None:
    key = customer.buy()
    assert Customer(settings).stage(key) == "open"


def test_an_address_that_leads_nowhere_leads_back_to_the_shop(customer: Customer) -> None:
    german = {"Accept-Language": "de"}
    for path, language in (("/en/orders/none", "en"), ("/nowhere", "id"), ("/id/nowhere", "id")):
        answer = customer.shop.get(path, headers=german)
        assert answer.status_code == 404
        assert f'href="/{language}/"' in answer.text
        assert f'<html lang="{language}">' in answer.text


def test_a_code_whose_end_is_not_known_is_shown_without_a_countdown(customer: Customer) -> None:
    key = customer.buy()
    payment = make_payment(customer.order_id(key), expiresAt=None, version=3, amount=300_000)
    assert customer.deliver(make_delivery(payment)) == 204
    assert "8802700000000001" in customer.page(key)
    assert 'id="deadline"' not in customer.page(key)


# Only where there is a till


def test_a_shop_without_a_till_leads_to_none_and_fills_in_nobody(customer: Customer) -> None:
    pages = customer.shop.get("/id/").text + customer.page(customer.buy())
    assert "till" not in pages
    assert "toko.example" not in pages


def test_a_shop_with_a_till_leads_to_it_with_the_code(settings: Settings) -> None:
    told = make_settings(
        payments_url=settings.payments_url,
        database=settings.database,
        till_url="http://127.0.0.1:9/till/",
    )
    customer = Customer(told)
    assert "sari.contoh@toko.example" in customer.shop.get("/id/").text
    key = customer.buy(then="till")  # A till that is away does no harm.
    assert "http://127.0.0.1:9/till/#8802700000000001" in customer.page(key)


# What it is told


def test_the_environment_says_all_but_the_till() -> None:
    assert Settings.read(ENVIRONMENT).till_url is None
    assert Settings.read({**ENVIRONMENT, "TILL_URL": ""}).till_url is None
    for name in ENVIRONMENT:
        with pytest.raises(KeyError, match=name):
            Settings.read({key: value for key, value in ENVIRONMENT.items() if key != name})


def test_the_readme_lists_every_variable_and_only_files_that_are_there() -> None:
    readme = (SHOP / "README.md").read_text()
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", readme, re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert listed == {*ENVIRONMENT, "PORT", "TILL_URL"}
    files = re.findall(r"`((?:static/)?\w+\.(?:py|js|txt))`", readme)
    assert not [name for name in files if not (SHOP / name).is_file()]


def test_settings_do_not_show_their_secrets() -> None:
    assert "a key" not in repr(Settings.read(ENVIRONMENT))
    assert "a secret" not in repr(Settings.read(ENVIRONMENT))


def test_what_the_shop_installs_is_pinned_as_it_is_tested() -> None:
    ours = {
        line
        for file in ("requirements-dev.txt", "functions/requirements.in")
        for line in (ROOT / file).read_text().splitlines()
    }
    pins = (SHOP / "requirements.txt").read_text().splitlines()
    assert pins
    assert set(pins) <= ours


def test_the_words_are_files_that_a_translator_can_read() -> None:
    for file in Path(SHOP / "words").glob("*.toml"):
        assert all(isinstance(word, str) for word in tomllib.loads(file.read_text()).values())
