"""Sandbox and production are not mixed: the stage, Finpay's host and where webhooks may go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from ops.doctor.finding import Finding, bad, good

HOSTS = {"prod": "live.finnet.co.id", "dev": "devo.finnet.co.id", "local": "127.0.0.1"}
"""Finpay's host of each stage, as the template's rules have it."""

_SUBJECT = "stage"


def findings(parameters: Mapping[str, str], live: Mapping[str, str]) -> Iterator[Finding]:
    """What is found in a stack's parameters.

    `live` has the host of Finpay that each function which asks it was really given.
    """
    stage, base_url = parameters.get("Stage", ""), parameters.get("FinpayBaseUrl", "")
    expected, host = HOSTS.get(stage), urlsplit(base_url).hostname
    if expected is None or host != expected:
        yield bad(
            _SUBJECT,
            f"stage {stage or 'none'} asks {base_url or 'nobody'}, which is not its Finpay",
            f"deploy with FinpayBaseUrl of {expected or 'a known stage'}, and that host's own key",
        )
    elif stage == "prod" and parameters.get("WebhookTargets") != "public":
        yield bad(_SUBJECT, "webhooks of money stay on the machine", "deploy WebhookTargets=public")
    else:
        yield good(_SUBJECT, f"{stage} asks {base_url}")
    others = sorted(name for name, url in live.items() if url != base_url)
    if others:
        yield bad(
            "functions",
            f"{', '.join(others)} ask another Finpay than the stack's parameter says",
            "somebody changed them by hand: deploy again",
        )
    else:
        yield good("functions", f"all {len(live)} that ask Finpay ask that one")
