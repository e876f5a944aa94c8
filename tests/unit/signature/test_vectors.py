"""The callbacks of vectors.json, which PHP itself signed."""

import json
from pathlib import Path
from typing import Any

import pytest

from payments.callbacks import php_json
from payments.callbacks.signature import sign, verify
from payments.domain.errors import SignatureError

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("vectors.json").read_bytes())
ACCEPTED = [vector for vector in VECTORS if vector["form"]]
REFUSED = [vector for vector in VECTORS if not vector["form"]]


def body_of(vector: dict[str, Any]) -> bytes:
    return bytes.fromhex(vector["bodyHex"]) if "bodyHex" in vector else vector["body"].encode()


def test_every_form_and_every_kind_of_refusal_has_its_vectors() -> None:
    forms = [vector["form"] for vector in VECTORS]
    assert {form: forms.count(form) for form in set(forms)} == {
        "raw": 25,
        "default": 24,
        "unescaped-slashes": 22,
        "unescaped-both": 22,
        None: 60,
    }


@pytest.mark.parametrize("vector", ACCEPTED, ids=lambda vector: vector["name"])
def test_a_callback_that_php_signed_matches_in_its_form(vector: dict[str, Any]) -> None:
    assert verify(body_of(vector), [vector["key"]]) == vector["form"]


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["name"])
def test_a_callback_that_proves_nothing_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(SignatureError):
        verify(body_of(vector), [vector["key"]])


@pytest.mark.parametrize("vector", ACCEPTED, ids=lambda vector: vector["name"])
def test_no_callback_is_accepted_with_another_key(vector: dict[str, Any]) -> None:
    with pytest.raises(SignatureError):
        verify(body_of(vector), [vector["key"] + "x"])


@pytest.mark.parametrize(
    "vector",
    [vector for vector in ACCEPTED if vector["form"] == "default"],
    ids=lambda vector: vector["name"],
)
def test_signing_gives_the_signature_that_php_gave(vector: dict[str, Any]) -> None:
    fields = php_json.decode(body_of(vector))
    assert isinstance(fields, dict)
    named = {str(name): value for name, value in fields.items()}
    assert sign(named, vector["key"]) == fields["signature"]
