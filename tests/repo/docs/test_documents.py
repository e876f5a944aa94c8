"""The documents say what the code does."""

import re
from pathlib import Path

import pytest

from ops import states
from ops.__main__ import app as ops
from ops.commands import (
    dead_letters,
    payment,
    quarantine,
    review,
    rotation,
    storefront,
    webhook,
)
from payments.api.problems import INTERNAL, PROBLEMS
from payments.domain.gateway_status import TRIGGERS
from payments.domain.transition_table import Status
from testing.template import ROOT, resources, template
from tests.property.simulation.bugs import BUGS

API = (ROOT / "docs/api.md").read_text()
DEPLOY = (ROOT / "docs/deploy.md").read_text()
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
SECURITY = (ROOT / "docs/security.md").read_text()
GUARANTEES = (ROOT / "docs/guarantees.md").read_text()
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "examples/README.md",
    ROOT / "examples/shop/README.md",
    ROOT / "simulator/README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
NOUNS = [
    ("payment", payment.app),
    ("quarantine", quarantine.app),
    ("dead-letters", dead_letters.app),
    ("storefront", storefront.app),
    ("storefront", rotation.app),
    ("review", review.app),
    ("webhook", webhook.app),
]


def test_the_table_of_states_is_the_one_that_the_code_enforces() -> None:
    assert (ROOT / "docs/states.md").read_text() == states.render(), "run make docs"


def test_the_api_document_names_every_status() -> None:
    assert not [status for status in Status if f"`{status}`" not in API]


def test_the_api_document_lists_every_error_and_no_other() -> None:
    rows = set(re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \| (.+) \|$", API, re.MULTILINE))
    answers = [*PROBLEMS.values(), INTERNAL]
    assert rows == {(str(status), slug, title) for status, slug, title in answers}


def test_the_deploy_document_lists_every_parameter_as_the_template_has_it() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \| (\S+) \| (.+) \|$", DEPLOY, re.MULTILINE))
    parameters = {
        (name, f"`{parameter['Default']}`" if parameter["Default"] != "" else "empty", text)
        for name, parameter in template()["Parameters"].items()
        if (text := parameter["Description"])
    }
    assert rows == parameters


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_only_targets_that_make_has(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", document.read_text(), re.MULTILINE)) <= targets


def test_the_deploy_document_names_every_command_about_storefronts() -> None:
    run = typed_in(DEPLOY)
    table = DEPLOY[DEPLOY.index("| `python -m ops storefront …` |") :].partition("\n\n")[0]
    rows = table.partition("|---|---|\n")[2]
    cells = re.findall(r"^\| (`.+`) \|", rows, re.MULTILINE)
    listed = {f"storefront {name}" for cell in cells for name in re.findall(r"`([a-z-]+)", cell)}
    assert {*run, *listed} <= commands()
    assert {*run, *listed} >= {name for name in commands() if name.startswith("storefront ")}


def test_the_runbook_names_every_command_of_the_operators_and_no_other() -> None:
    table = RUNBOOK[RUNBOOK.index("| `python -m ops …` |") :].partition("\n\n")[0]
    cells = re.findall(r"^\| (`.+?`) \| ", table.partition("|---|---|\n")[2], re.MULTILINE)
    listed = {name for cell in cells for name in re.findall(r"`([a-z-]+(?: [a-z]+[a-z-]*)?)", cell)}
    assert listed == commands()
    assert typed_in(RUNBOOK) <= commands()


def typed_in(text: str) -> set[str]:
    """The commands in a text, as they are typed."""
    return set(re.findall(r"python -m ops ([a-z-]+(?: [a-z]+[a-z-]*)?)(?![\w-]| …)", text))


def commands() -> set[str]:
    """All commands, as they are typed."""
    nested = {
        f"{noun} {command.name or command.callback.__name__}".replace("_", "-")
        for noun, app in NOUNS
        for command in app.registered_commands
        if command.callback
    }
    return nested | {one.callback.__name__ for one in ops.registered_commands if one.callback}


def test_each_alarm_has_an_entry_in_the_runbook_and_leads_there() -> None:
    alarms = resources("AWS::CloudWatch::Alarm")
    entries = RUNBOOK[RUNBOOK.index("\n## Alarms\n") :].split("\n### ")[1:]
    assert [entry.partition("\n")[0] for entry in entries] == list(alarms)
    for entry in entries:
        assert "\n**It means** " in entry
        assert "\n**Look at** " in entry
        assert re.search(r"```sh\npython -m ops ", entry), entry
    for name, alarm in alarms.items():
        assert alarm["AlarmDescription"].endswith(f" (docs/runbook.md#{name.lower()})")


def test_each_link_within_the_runbook_leads_to_a_heading() -> None:
    headings = re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", RUNBOOK)) <= anchors


def test_every_status_of_finpays_is_documented_as_it_is_taken() -> None:
    text = (ROOT / "docs/finpay.md").read_text()
    documented = [
        (status, meaning)
        for row in re.findall(r"^\| (`[A-Z_`, ]+) \| (.+) \|$", text, re.MULTILINE)
        for status in re.findall(r"[A-Z_]+", row[0])
        for meaning in [row[1]]
    ]
    assert {status for status, _ in documented} == set(TRIGGERS)
    meanings: dict[str, set[str]] = {}
    for status, meaning in documented:
        meanings.setdefault(meaning, set()).add(TRIGGERS[status].name.removeprefix("PARTIALLY_"))
    assert all(len(triggers) == 1 for triggers in meanings.values())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text())
    assert not [link for link in links if not (document.parent / link).exists()]


def test_ci_installs_what_the_browser_tests_need_and_lets_none_skip() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert "missing+=(chromium)" in script
    runs = re.findall(r"make test\S* .*", script)
    assert len(runs) == 2
    assert all("--fail-on-skip" in run for run in runs)


def test_the_workflow_tests_as_much_as_ci_run_does() -> None:
    script, workflow = (
        (ROOT / name).read_text() for name in (".ci/run", ".github/workflows/ci.yml")
    )
    wanted = dict(re.findall(r"(FINPAY_\w+)=(\d+)", script))
    assert len(wanted) == 4
    assert dict(re.findall(r'(FINPAY_\w+): "(\d+)"', workflow)) == wanted


def test_every_decision_has_a_date() -> None:
    titles = re.findall(r"^## (.*)$", (ROOT / "docs/decisions.md").read_text(), re.MULTILINE)
    assert titles
    assert not [title for title in titles if not re.match(r"\d{4}-\d\d-\d\d · ", title)]


def test_each_guarantee_names_tests_and_planted_bugs_that_exist() -> None:
    rows = re.findall(r"^\| .+ \| .+ \| (`.+`) \|$", GUARANTEES, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    files = {name for name in named if name.startswith("tests/")}
    assert named - files == set(BUGS), "each planted bug stands for a promise"
    assert not [name for name in files if not is_test(name)]


def is_test(name: str) -> bool:
    """Whether there is a test file of this path, with the function after `::` in it, if any."""
    path, _, function = name.partition("::")
    if not (ROOT / path).is_file():
        return False
    return not function or f"def {function}(" in (ROOT / path).read_text()


ATTACKS = re.findall(r"^\| (.+) \| (.+) \| (`.+`) \|$", SECURITY, re.MULTILINE)


def test_each_attack_names_tests_and_planted_bugs_that_exist() -> None:
    rows = re.findall(r"^\| (?!Attack|---)", SECURITY, re.MULTILINE)
    assert len(ATTACKS) == len(rows) > 50, "each row has its tests"
    named = {name for *_, tests in ATTACKS for name in re.findall(r"`([^`]+)`", tests)}
    assert not [name for name in named if name not in BUGS and not is_test(name)]


def test_each_attack_names_code_that_exists() -> None:
    for _, mechanism, _ in ATTACKS:
        for name in re.findall(r"`([^`]+)`", mechanism):
            assert is_code(name), name


def is_code(name: str) -> bool:
    """Whether it is a file, or `package.module.name` of the service."""
    if (ROOT / name).is_file():
        return True
    module, _, attribute = name.rpartition(".")
    file = ROOT / "functions/payments" / f"{module.replace('.', '/')}.py"
    defined = rf"^(def|class) {attribute}\b|^{attribute} = "
    return file.is_file() and bool(re.search(defined, file.read_text(), re.MULTILINE))
