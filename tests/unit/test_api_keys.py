import pytest

from payments.storefronts import api_key_format

RANDOM = "aZ09_-" + "x" * 37


def test_a_key_names_its_storefront() -> None:
    assert api_key_format.storefront_of(api_key_format.compose("toko-1", RANDOM)) == "toko-1"


@pytest.mark.parametrize(
    "key", ["", "sk_", "sk_toko_short", f"pk_toko_{RANDOM}", f"sk_To_{RANDOM}", f"sk_-a_{RANDOM}"]
)
def test_what_is_not_of_the_form_is_no_key(key: str) -> None:
    assert api_key_format.storefront_of(key) is None


@pytest.mark.parametrize("storefront_id", ["a", "0", "toko-1", "a" * 32])
def test_an_id_is_of_dead_letters_digits_and_inner_hyphens(storefront_id: str) -> None:
    assert api_key_format.is_storefront_id(storefront_id) is True
    assert (
        api_key_format.storefront_of(api_key_format.compose(storefront_id, RANDOM)) == storefront_id
    )


@pytest.mark.parametrize("text", ["", "-a", "a-", "A", "a_b", "ö", "a" * 33, "XXaXX", "a\n"])
def test_anything_else_is_no_id(text: str) -> None:
    assert api_key_format.is_storefront_id(text) is False
    assert api_key_format.storefront_of(api_key_format.compose(text, RANDOM)) is None


def test_a_key_matches_its_own_digest_only() -> None:
    key = api_key_format.compose("toko", RANDOM)
    assert api_key_format.matches(key, ["0" * 64, api_key_format.digest(key)])
    assert not api_key_format.matches(key + "x", [api_key_format.digest(key)])
    assert not api_key_format.matches(key, [])


def test_the_digest_does_not_hold_the_key() -> None:
    assert RANDOM not in api_key_format.digest(api_key_format.compose("toko", RANDOM))
