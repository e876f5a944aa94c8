"""`python -m ops doctor`: is this deployment well, and if not, what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops import finpay
from ops.commands.invocation import NOT_DONE, AsJson, Region, Stack, deployed, tell
from ops.deployment import DeploymentError
from ops.doctor import alarms, callbacks, merchant, resources, stages
from ops.doctor.callbacks import Unreachable
from ops.doctor.finding import Finding, Health, bad, skipped
from ops.doctor.resources import Resources
from ops.progress import progress
from payments.domain.errors import Unavailable

if TYPE_CHECKING:
    from ops.deployment import Deployment


def doctor(stack: Stack, region: Region = None, *, as_json: AsJson = False) -> None:
    """Look at a deployment and say what to do about each thing that is not well.

    Changes nothing. Exits with 1 if anything is not well.
    """
    with deployed(stack, region) as deployment:
        deployment.description.output("ApiUrl")
        checks = (
            *(_stage, _functions, _secret, _finpay, _callback),
            *(_tables, _sources, _alarms, _dead_letters),
        )
        found = list[Finding]()
        with progress("Looking", len(checks)) as seen:
            for done, check in enumerate(checks, 1):
                found += _guarded(check, deployment)
                seen(done)
    ill = [one for one in found if one.health is Health.BAD]
    lines = [*map(Finding.line, found), f"{len(ill)} of {len(found)} not well"]
    document = {"well": not ill, "findings": list(map(Finding.as_json, found))}
    tell(document, lines, as_json=as_json)
    if ill:
        raise typer.Exit(NOT_DONE)


type Check = Callable[[Deployment], Iterator[Finding]]


def _guarded(check: Check, deployment: Deployment) -> Iterator[Finding]:
    """What a check finds; that it could not be made is a finding too, and keeps no other one."""
    try:
        yield from check(deployment)
    except (ClientError, BotoCoreError, DeploymentError, Unavailable) as error:
        subject = check.__name__.strip("_").replace("_", " ")
        remedy = "has the operator the rights for it? docs/runbook.md lists them"
        yield bad(subject, f"it could not be looked at: {error}", remedy)


def _stage(deployment: Deployment) -> Iterator[Finding]:
    given = resources.finpays(deployment.session.client("lambda"), Resources.of(deployment))
    yield from stages.findings(deployment.description.parameters, given)


def _functions(deployment: Deployment) -> Iterator[Finding]:
    yield from resources.functions(deployment.session.client("lambda"), Resources.of(deployment))


def _secret(deployment: Deployment) -> Iterator[Finding]:
    client = deployment.session.client("secretsmanager")
    secret = client.get_secret_value(SecretId=deployment.output("FinpaySecretArn"))
    shape = merchant.shape(secret.get("SecretString", ""))
    yield from shape
    if not any(one.health is Health.BAD for one in shape):
        yield merchant.round_trip(finpay.credentials_of(deployment).current())


def _finpay(deployment: Deployment) -> Iterator[Finding]:
    yield from merchant.taken(finpay.gateway_of(deployment))
    try:
        reply = callbacks.get(deployment.parameter("FinpayBaseUrl"))
    except Unreachable as error:
        yield skipped("clock", f"Finpay tells no time: {error}")
        return
    yield callbacks.clock("clock", "Finpay", reply)


def _callback(deployment: Deployment) -> Iterator[Finding]:
    base_url = deployment.parameter("CallbackBaseUrl") or deployment.output("ApiUrl")
    key = finpay.credentials_of(deployment).current().merchant_keys[0]
    yield from callbacks.findings(base_url, key)


def _tables(deployment: Deployment) -> Iterator[Finding]:
    yield from resources.tables(deployment.dynamodb, Resources.of(deployment))


def _sources(deployment: Deployment) -> Iterator[Finding]:
    yield from resources.sources(deployment.session.client("lambda"), Resources.of(deployment))


def _alarms(deployment: Deployment) -> Iterator[Finding]:
    topic, stage = deployment.parameter("AlarmTopicArn"), deployment.parameter("Stage")
    client = deployment.untyped("cloudwatch")
    yield from alarms.alarms(client, Resources.of(deployment), topic, stage)


def _dead_letters(deployment: Deployment) -> Iterator[Finding]:
    yield from alarms.dead_letters(deployment)
