"""Whether somebody would be told, and what already rings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ops.dead_letters import OUTPUTS
from ops.doctor.finding import Finding, bad, good, skipped

if TYPE_CHECKING:
    from ops.deployment import Deployment
    from ops.doctor.resources import Resources


def alarms(client: Any, resources: Resources, topic: str, stage: str) -> Iterator[Finding]:
    """Each is there and as the template says; whether any rings, and whether it tells anybody."""
    wanted = {name: (logical, of) for logical, name, of in resources.of_type(_ALARM)}
    pages = client.get_paginator("describe_alarms").paginate()
    found = {one["AlarmName"]: one for page in pages for one in page["MetricAlarms"]}
    missing = sorted(logical for name, (logical, _) in wanted.items() if name not in found)
    changed = sorted(
        logical
        for name, (logical, of) in wanted.items()
        if name in found and not _is_as_wanted(of, found[name])
    )
    if missing or changed:
        said = f"missing: {', '.join(missing) or 'none'}; changed: {', '.join(changed) or 'none'}"
        yield bad("alarms", said, "deploy again, and see who changed them")
    else:
        yield good("alarms", f"all {len(wanted)} are there, and as the template says")
    for name, (logical, _) in wanted.items():
        if found.get(name, {}).get("StateValue") == "ALARM":
            yield bad(f"alarm {logical}", "it rings", f"docs/runbook.md#{logical.lower()}")
    if topic:
        yield good("topic", "alarms are sent to a topic")
    elif stage == "prod":
        yield bad("topic", "alarms reach nobody", "deploy with an AlarmTopicArn")
    else:
        yield skipped("topic", f"alarms of stage {stage} show in CloudWatch only")


_ALARM = "AWS::CloudWatch::Alarm"
_COMPARED = ("MetricName", "Threshold", "Period", "EvaluationPeriods", "ComparisonOperator")


def _is_as_wanted(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    same = all(found.get(name) == wanted.get(name) for name in _COMPARED)
    return same and bool(found.get("ActionsEnabled", True))


def dead_letters(deployment: Deployment) -> Iterator[Finding]:
    """Whether something was put aside."""
    for queue, output in OUTPUTS.items():
        answer = deployment.sqs.get_queue_attributes(
            QueueUrl=deployment.output(output), AttributeNames=["ApproximateNumberOfMessages"]
        )
        waiting = int(answer["Attributes"]["ApproximateNumberOfMessages"])
        subject = f"dead letters of {queue}"
        if waiting:
            remedy = f"python -m ops dead-letters show --queue {queue} --stack {deployment.stack}"
            yield bad(subject, f"{waiting} were put aside", remedy)
        else:
            yield good(subject, "none")
