"""A cold start imports what is allowed and takes no more instructions than it did."""

import os
import shutil
from pathlib import Path

import pytest

from testing.artifact import assemble
from tests.external.cold import cold_start
from tests.external.cold.starts import STARTS

SLACK = 1.02


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cold_start.build_artifact(tmp_path_factory.mktemp("cold"))


@pytest.mark.parametrize("start", STARTS)
def test_a_first_answer_imports_what_is_allowed_and_nothing_else(
    artifact: Path, start: str
) -> None:
    allowed = cold_start.figures()["imports"]
    done = cold_start.first_answer(artifact, start)
    assert done["answer"], "an answer, so all that it takes was imported"
    assert cold_start.imported(done["modules"]) == sorted(allowed["everywhere"] + allowed[start])


@pytest.mark.parametrize("start", STARTS)
def test_a_first_answer_is_a_success(artifact: Path, start: str) -> None:
    """Or the figures would be those of an error."""
    answer = cold_start.first_answer(artifact, start)["answer"]
    assert answer.get("statusCode", 200) in {200, 201}
    assert not answer.get("batchItemFailures")


@pytest.mark.parametrize("start", STARTS)
def test_a_cold_start_takes_no_more_instructions_than_it_did(artifact: Path, start: str) -> None:
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed, so instructions cannot be counted")
    known = cold_start.figures()["instructions"].get(cold_start.BUILD)
    if known is None:
        pytest.skip("no figures for this build of Python; python -m tests.external.cold adds them")
    assert cold_start.instructions(artifact, start) <= known[start] * SLACK


def test_a_module_that_was_not_imported_before_is_seen(artifact: Path, tmp_path: Path) -> None:
    shutil.copytree(artifact, tmp_path / "artifact", copy_function=os.link)
    app = tmp_path / "artifact/finpay_callback/app.py"
    text = app.read_text()
    app.unlink()  # the link, not the artifact of the other tests
    app.write_text("import sqlite3\n" + text)
    shutil.rmtree(app.with_name("__pycache__"))
    modules = cold_start.first_answer(tmp_path / "artifact", "FinpayCallback")["modules"]
    allowed = cold_start.figures()["imports"]
    added = {*cold_start.imported(modules)} - {*allowed["everywhere"], *allowed["FinpayCallback"]}
    assert added == {"sqlite3"}


def test_what_plain_sam_build_leaves_answers_the_same(tmp_path: Path, artifact: Path) -> None:
    assemble(tmp_path / "artifact")
    plain = cold_start.first_answer(tmp_path / "artifact", "StorefrontApi")["answer"]
    assert plain == cold_start.first_answer(artifact, "StorefrontApi")["answer"]
