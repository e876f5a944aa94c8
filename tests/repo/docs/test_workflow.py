"""The workflow for GitHub: pinned, with no more rights than it needs, and of known commands."""

import re
from typing import Any

import pytest
import yaml

from testing.template import ROOT
from tests.repo.docs import commands

TEXT = (ROOT / ".github/workflows/ci.yml").read_text()
WORKFLOW: dict[str, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, Any] = WORKFLOW["jobs"]
STEPS = [(name, step) for name, job in JOBS.items() for step in job["steps"]]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
DEPLOY = (ROOT / "docs/deploy.md").read_text()


def runs(job: str) -> list[str]:
    return [step["run"] for name, step in STEPS if name == job and "run" in step]


def test_it_checks_tests_builds_and_deploys() -> None:
    assert set(JOBS) == {"check", "test", "test-extended", "build", "deploy"}
    assert JOBS["deploy"]["needs"] == ["check", "test", "test-extended", "build"]
    assert JOBS["test-extended"]["needs"] == ["check", "test"], "a pull request is answered first"


def test_every_action_is_pinned_by_its_commit_and_says_its_version() -> None:
    uses = re.findall(r"uses: (.+)$", TEXT, re.MULTILINE)
    assert len(uses) == len([step for _, step in STEPS if "uses" in step]) > 5
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert not [one for one in uses if not pinned.fullmatch(one)]


def test_an_action_has_one_pin() -> None:
    pins = {step["uses"].partition("@")[0]: step["uses"] for _, step in STEPS if "uses" in step}
    assert {step["uses"] for _, step in STEPS if "uses" in step} == set(pins.values())


def test_it_has_no_rights_but_those_that_each_job_names() -> None:
    assert WORKFLOW["permissions"] == {}
    rights = {name: job["permissions"] for name, job in JOBS.items()}
    reads = {"contents": "read"}
    assert rights.pop("deploy") == reads | {"id-token": "write"}
    assert list(rights.values()) == [reads] * 4


def test_the_clone_keeps_no_token() -> None:
    clones = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert len(clones) == len(JOBS)
    assert all(step["with"]["persist-credentials"] is False for step in clones)


def test_it_deploys_from_main_by_hand_to_an_environment_without_a_stored_key() -> None:
    deploy = JOBS["deploy"]
    assert deploy["environment"] == "${{ inputs.stage }}"
    assert deploy["if"].split(" && ") == [
        "github.event_name == 'workflow_dispatch'",
        "github.ref == 'refs/heads/main'",
    ]
    # YAML 1.1 reads the key `on` as true.
    triggers: Any = WORKFLOW[True]  # type: ignore[index]
    assert triggers["workflow_dispatch"]["inputs"]["stage"]["options"] == ["dev", "prod"]
    assert "pull_request_target" not in triggers
    (step,) = [one for _, one in STEPS if "configure-aws-credentials" in one.get("uses", "")]
    assert set(step["with"]) == {"role-to-assume", "aws-region", "mask-aws-account-id"}
    assert "secrets." not in TEXT


def test_nothing_from_outside_becomes_part_of_a_command() -> None:
    assert not [step["run"] for _, step in STEPS if "${{" in step.get("run", "")]


@pytest.mark.parametrize("run", sorted({step["run"] for _, step in STEPS if "run" in step}))
def test_a_run_is_a_target_of_make_or_a_documented_command(run: str) -> None:
    (words,) = commands.commands(run)
    match words:
        case ["sudo", "apt-get", *_]:
            assert run in CONTRIBUTING
        case [".venv/bin/sam", "deploy", *_]:
            assert run in DEPLOY
            assert commands.fault(words) == ""
        case _:
            assert commands.fault(words) == ""


def test_the_workflow_makes_what_contributors_are_asked_to_make() -> None:
    assert {"make check"} <= {*runs("check")}
    quick = "make test OPTIONS=--fail-on-skip"
    assert {quick} <= {*runs("test")}
    extended = "make test-extended OPTIONS=--fail-on-skip"
    assert {extended, "make demo"} <= {*runs("test-extended")}
    ci = (ROOT / ".ci/run").read_text()
    steps = re.findall(r"timed (make .+)$", ci, re.MULTILINE)
    assert steps == ["make setup", "make check", quick, extended, "make demo"]


def test_what_ci_installs_is_what_contributors_are_told() -> None:
    told = re.findall(r"apt-get install --yes (.+)", CONTRIBUTING)
    packages = {name for line in told for name in line.split()}
    (done,) = [run for run in runs("test-extended") if "install" in run]
    installed = set(done.partition("--yes ")[2].split())
    assert packages - installed == {"chromium"}, "which GitHub's machines have"
    wanted = set(re.findall(r"missing\+=\(([^)]+)\)", (ROOT / ".ci/run").read_text()))
    assert wanted <= packages
