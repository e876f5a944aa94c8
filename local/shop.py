"""The demo shop of examples/shop, a storefront of its own beside the one that is free to use."""

import sys
from pathlib import Path

from local.aws import clean_environment
from local.health import wait_until_healthy
from local.paths import ROOT
from local.processes import Processes
from local.progress import step
from local.state import RunningStack
from ops.storefronts import Registered

NAME = "The demo shop"
HEALTH = "/id/"
STOREFRONT_ID = "toko"


def start(
    processes: Processes, running: RunningStack, storefront: Registered, logs: Path, state: Path
) -> None:
    """Start it at `running.shop_url`; its orders outlive it in the folder `state`.

    Its key and its secret are in its environment, which other users of the machine cannot read.
    """
    environment = {
        "PAYMENTS_URL": running.api_url,
        "PAYMENTS_API_KEY": storefront.api_key,
        "WEBHOOK_SECRET": storefront.webhook_secret,
        "SHOP_URL": running.shop_url,
        "PORT": running.shop_url.rpartition(":")[2],
        "DATABASE": str(state / "shop.db"),
        "TILL_URL": running.till_url,
    }
    with step("Starting the demo shop"):
        process = processes.start(
            NAME,
            [sys.executable, "-m", "examples.shop"],
            env=clean_environment() | environment,
            cwd=ROOT,
            log=logs / "shop.log",
        )
        wait_until_healthy(process, f"{running.shop_url}{HEALTH}")
