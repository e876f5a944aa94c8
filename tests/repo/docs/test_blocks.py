"""Every code block of the documents is run, or says why it cannot be."""

import json
import re
import subprocess
from importlib.util import find_spec

import pytest

from testing.template import ROOT, functions
from tests.repo.docs import commands
from tests.repo.docs.blocks import DOCUMENTS, ON_THE_STACK, Block, blocks
from tests.repo.docs.test_documents import is_test

BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
BY_HAND = "CONTRIBUTING.md"
"""Its commands run in the folder of the repository, without a stack."""
PICTURES = "docs/architecture.md"
SOURCES = [path.read_text() for path in (ROOT / "functions/payments").rglob("*.py")]
MANY = 25


def named(block: Block) -> str:
    return f"{block.document}:{block.text.splitlines()[0][:40]}"


def of(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages]


def test_every_block_of_the_documents_is_seen() -> None:
    fences = sum((ROOT / one).read_text().count("\n```") for one in DOCUMENTS)
    assert fences == 2 * len(BLOCKS)
    assert len(BLOCKS) > MANY


@pytest.mark.parametrize("block", BLOCKS, ids=named)
def test_a_block_is_run_or_says_why_not(block: Block) -> None:
    if block.skip:
        assert len(block.skip.split()) >= 3, "a reason"
    elif block.tests:
        assert not [test for test in block.tests if not is_test(test)]
    elif block.language in {"sh", "json"}:
        assert block.document in {*ON_THE_STACK, BY_HAND, "README.id.md"}
    elif block.language == "mermaid":
        assert block.document == PICTURES
    else:
        assert (block.document, block.language) == ("docs/mutants.md", "diff")


def test_only_what_needs_an_account_or_another_stack_is_not_run() -> None:
    reasons = {block.skip for block in BLOCKS if block.skip}
    assert reasons <= {"needs an AWS account", "the tests set these for their own stack"}
    assert reasons


@pytest.mark.parametrize("block", [one for one in of("sh") if one.skip], ids=named)
def test_a_command_that_is_not_run_is_one_that_its_tool_takes(block: Block) -> None:
    words = [*commands.commands(block.text)]
    assert words
    assert not [(one, fault) for one in words if (fault := commands.fault(one))]


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("make bulid", "make has no bulid"),
        (".venv/bin/sam deploy --config-evn dev", "no option --config-evn"),
        (".venv/bin/python -m ops storefront creat toko", "No such command 'creat'"),
        (".venv/bin/python -m ops storefront list --stak x", "No such option"),
        ("aws secretmanager put-secret-value", "no service secretmanager"),
        ("aws secretsmanager put-secret", "no operation put-secret"),
        ("X=$(aws cloudformation describe-stacks --stack x)", "no option --stack"),
        ("terraform apply", "nobody checks terraform"),
    ],
)
def test_a_command_that_is_misspelt_is_found(command: str, fault: str) -> None:
    (words,) = commands.commands(command)
    assert fault in commands.fault(words)


@pytest.mark.extended
@pytest.mark.parametrize(
    "block", [one for one in of("sh") if one.document == BY_HAND and not one.tests], ids=named
)
def test_the_commands_for_contributors_run(block: Block) -> None:
    command = ["sh", "-euc", block.text]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", of("json"), ids=named)
def test_json_is_json(block: Block) -> None:
    assert json.loads(block.text)


def test_both_readmes_have_the_same_blocks() -> None:
    english, indonesian = blocks("README.md"), blocks("README.id.md")
    assert len(english) >= 5
    assert [one[1:] for one in english] == [one[1:] for one in indonesian]


def test_both_readmes_have_the_same_sections_and_links() -> None:
    english, indonesian = ((ROOT / name).read_text() for name in ("README.md", "README.id.md"))
    levels = [re.findall(r"^(#+) ", text, re.MULTILINE) for text in (english, indonesian)]
    links = [set(re.findall(r"\]\(([^)#]+)", text)) for text in (english, indonesian)]
    assert levels[0] == levels[1]
    assert links[0] - {"README.id.md"} == links[1] - {"README.md"}


@pytest.mark.parametrize("block", of("diff"), ids=named)
def test_a_mutant_that_is_told_of_is_of_a_line_that_there_is(block: Block) -> None:
    removed = [line[2:].strip() for line in block.text.splitlines() if line.startswith("- ")]
    assert removed
    gone = [line for line in removed if not any(line in source for source in SOURCES)]
    assert not gone


def test_the_picture_shows_every_function() -> None:
    (picture, *_) = of("mermaid")
    folders = {one["Handler"].partition(".")[0] for one in functions().values()}
    assert not [folder for folder in folders if folder not in picture.text]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_module_that_is_run_in_the_text_exists(document: str) -> None:
    modules = set(re.findall(r"python -m ([a-z_.]+)", (ROOT / document).read_text()))
    ours = modules - {"ministack"}  # in an environment of its own
    assert not [name for name in ours if not find_spec(name.rstrip("."))]


def test_a_module_that_does_not_exist_would_be_found() -> None:
    assert not find_spec("opps")
    assert find_spec("bench.cost")
