"""Where marks may be, each with its reason. Everywhere else they are leaks."""

from collections.abc import Mapping
from fnmatch import fnmatch

from testing.personal_data.marks import KINDS, PERSONAL

SECRETS = KINDS - PERSONAL

# Finpay itself is no place here: what is sent to it goes over HTTP from `requests`, which nobody
# watches, as no one watches what a storefront sends and what the simulator answers.
SERVICES: Mapping[str, str] = {
    "secrets-manager": "keeps the merchant's pair, sealed by AWS",
    "kms": "seals the webhook secrets, and so is sent them",
}
"""AWS services whose requests have secrets in them, and never anything personal."""

FILES: Mapping[str, tuple[frozenset[str], str]] = {
    "stack.json": (
        SECRETS,
        "tells whoever runs the stack its keys; mode 0600, gone with the stack",
    ),
    "state/simulator.journal": (
        KINDS,
        "the simulator stands for Finpay, which has the orders; mode 0600, gone with the stack",
    ),
    "state/shop.db*": (
        PERSONAL,
        "the demo shop has its customers until their code is there; mode 0700, gone with the stack",
    ),
}
"""Files of a local stack, by a pattern of their path in its folder, with the kinds they may have.

No log is among them: not the simulator's either, which may hold what Finpay holds but tells it to
nobody.
"""


CODE = "ministack-lambda-*"
"""Folders with what was built, unpacked for a function: a gigabyte, there before any payment.

What a function writes goes beside them, as on AWS, where its code cannot be written to.
"""


def may_hold(path: str) -> frozenset[str]:
    """The kinds of marks that a file of a local stack may have; `path` is within its folder."""
    return next((kinds for known, (kinds, _) in FILES.items() if fnmatch(path, known)), frozenset())
