"""`payments.callbacks.php_json` beside PHP itself, over documents that neither was written for."""

import os
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from random import Random
from typing import IO

import pytest

from payments.callbacks import php_json
from testing.template import ROOT
from tests.unit.signature.documents import make_document

HERE = Path(__file__).parent
VECTORS = ROOT / "tests/unit/signature/vectors.json"
SEED = 20230404
BATCH = 1000

# What is known of one document: None if it is refused, else its forms, None where that fails.
type Forms = list[str | None] | None

pytestmark = pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed")


def test_php_and_python_agree_on_every_random_document() -> None:
    count = int(os.environ.get("FINPAY_PHP_DOCUMENTS", "2000"))
    random = Random(SEED)  # noqa: S311  # the same documents in every run
    refused = 0
    with php() as (questions, answers):
        for size in map(len, batched(range(count), BATCH, strict=False)):
            documents = [make_document(random) for _ in range(size)]
            for document, theirs in zip(
                documents, asked(questions, answers, documents), strict=True
            ):
                assert ours(document) == theirs, document
                refused += theirs is None
    # Were all refused, or none, the two would have agreed on too little.
    assert count * 0.1 < refused < count * 0.5


def test_the_committed_vectors_are_what_php_makes_today() -> None:
    made = subprocess.run(["php", HERE / "make_vectors.php"], capture_output=True, check=True)
    assert made.stdout == VECTORS.read_bytes()


@contextmanager
def php() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """One PHP process for a whole test."""
    with subprocess.Popen(
        ["php", HERE / "php_forms.php"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdin, process.stdout


def asked(questions: IO[bytes], answers: IO[bytes], documents: list[bytes]) -> list[Forms]:
    questions.write(b",".join(map(b64encode, documents)) + b"\n")
    questions.flush()
    return [_read(answer) for answer in answers.readline().decode().strip().split(",")]


def _read(answer: str) -> Forms:
    if answer == "refused":
        return None
    return [None if form == "false" else b64decode(form).decode() for form in answer.split(":")]


def ours(document: bytes) -> Forms:
    try:
        value = php_json.decode(document)
    except ValueError:
        return None
    return [
        _encoded(value),
        _encoded(value, unescaped_slashes=True),
        _encoded(value, unescaped_slashes=True, unescaped_unicode=True),
    ]


def _encoded(value: php_json.JsonValue, **flags: bool) -> str | None:
    try:
        return php_json.encode(value, **flags)
    except ValueError:
        return None
