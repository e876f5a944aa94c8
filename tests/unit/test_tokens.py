import pytest

from payments.callbacks.url_token import callback_token, callback_url, is_callback_token


def test_a_token_belongs_to_one_order_and_one_key() -> None:
    token = callback_token("A-1", "key")
    assert is_callback_token(token, "A-1", ["other", "key"])
    assert not is_callback_token(token, "A-2", ["key"])
    assert not is_callback_token(token, "A-1", ["other"])
    assert not is_callback_token(token, "A-1", [])


def test_the_url_of_an_order_stays_the_same_over_releases() -> None:
    # Finpay holds the URLs of open orders: with another one their callbacks would be turned away.
    assert callback_url("https://shop.example", "A-1", "key") == (
        "https://shop.example/callbacks/finpay/A-1/8021cbf56c0abb910bb5e734348f167e"
    )


def test_an_order_id_that_is_no_text_has_no_token() -> None:
    assert not is_callback_token(callback_token("A-1", "key"), "A-1\ud800", ["key"])


@pytest.mark.parametrize("token", ["", "x", "ö", "\ud800", callback_token("A-1", "key") + "0"])
def test_anything_else_is_no_token(token: str) -> None:
    assert not is_callback_token(token, "A-1", ["key"])


def test_the_callback_url_fits_into_finpays_320_characters() -> None:
    host = "https://" + "a" * 63 + ".execute-api.ap-southeast-3.amazonaws.com"
    assert len(callback_url(host, "x" * 30, "key")) <= 320
