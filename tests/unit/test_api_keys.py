import pytest

from payments import api_keys

RANDOM = "aZ09_-" + "x" * 37


def test_a_key_names_its_storefront() -> None:
    assert api_keys.storefront_of(api_keys.compose("toko-1", RANDOM)) == "toko-1"


@pytest.mark.parametrize(
    "key", ["", "sk_", "sk_toko_short", f"pk_toko_{RANDOM}", f"sk_To_{RANDOM}", f"sk_-a_{RANDOM}"]
)
def test_what_is_not_of_the_form_is_no_key(key: str) -> None:
    assert api_keys.storefront_of(key) is None


def test_a_key_matches_its_own_digest_only() -> None:
    key = api_keys.compose("toko", RANDOM)
    assert api_keys.matches(key, ["0" * 64, api_keys.digest(key)])
    assert not api_keys.matches(key + "x", [api_keys.digest(key)])
    assert not api_keys.matches(key, [])


def test_the_digest_does_not_hold_the_key() -> None:
    assert RANDOM not in api_keys.digest(api_keys.compose("toko", RANDOM))
