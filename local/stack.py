"""The local stack as a whole: started step by step, and always stopped."""

import json
import re
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from local import api_page, deployment, expiry, finpay, http_api, ministack, shop
from local.aws import Aws
from local.errors import LocalStackError
from local.front import Front
from local.health import wait_until_healthy
from local.paths import LOCAL, ROOT
from local.ports import Ports, claim
from local.processes import Processes
from local.progress import step
from local.state import (
    RunningStack,
    kept_while_it_runs,
    one_at_a_time,
    only_one_in,
    publish,
    published,
)
from ops.storefronts import Registered, Registry
from payments.domain import clock

STOREFRONT_ID = "demo"


class LocalStack:
    """A context manager that starts the stack and gives a RunningStack.

    `folder` takes its state and logs; what can be reused is in .local/ for all runs. Raises
    LocalStackError, with everything stopped again, when it cannot start.
    """

    def __init__(self, folder: Path, ports: Ports) -> None:
        self._folder = folder
        self._ports = ports
        self.processes = Processes(folder / "tmp")
        self._resources = ExitStack()

    def __enter__(self) -> RunningStack:
        with self._resources:
            self._running = self._start()
            self._resources = self._resources.pop_all()
        return self._running

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def ended(self) -> list[str]:
        """Return the names of the parts that have ended by themselves."""
        return self.processes.ended()

    def pids(self) -> Mapping[str, int]:
        """Return the parts' names and the processes that they are at present."""
        return self.processes.pids()

    def restart(self, name: str) -> None:
        """Start the simulator or the shop again, with its port and its state.

        `name` is one of `pids`. Raises LocalStackError when it does not start, and for MiniStack:
        what is deployed and stored ends with its process.
        """
        if name == ministack.NAME:
            message = "MiniStack ended, and everything stored in it is lost. Start the stack again."
            raise LocalStackError(f"{message} {self.processes.last_words(name)}")
        health = {
            finpay.NAME: self._running.simulator_url + finpay.HEALTH,
            shop.NAME: self._running.shop_url + shop.HEALTH,
        }
        wait_until_healthy(self.processes.restart(name), health[name])
        self._running = replace(self._running, pids=self.processes.pids())
        publish(self._folder, self._running)

    def _start(self) -> RunningStack:
        check_python()
        enter = self._resources.enter_context
        enter(only_one_in(self._folder))
        ports = claim(self._ports)
        state = enter(kept_while_it_runs(self._folder))
        enter(self.processes)
        with one_at_a_time(LOCAL / "prepare.lock"):
            ministack.install(self._folder)
            region = deployment.config()["region"]
            endpoint = ministack.start(self.processes, ports.aws, region, self._folder)
            aws = Aws(endpoint, region)
            journal = state / "simulator.journal"
            simulator_url = finpay.start(self.processes, ports.simulator, self._folder, journal)
            deployment.build(self.processes, self._folder)
            outputs = self._deploy(aws, ports)
        http_api.import_routes(aws, deployment.config()["stack_name"])
        expiry.switch_on(aws, deployment.config()["stack_name"])
        front = enter(Front(ports.api, ports.aws, f"{outputs['ApiId']}.execute-api.localhost"))
        shop_url = f"http://127.0.0.1:{ports.shop}"
        demo, toko = _fill(aws, outputs, shop_url)
        front.pages = api_page.pages(demo.api_key)
        running = RunningStack(
            api_url=f"http://127.0.0.1:{ports.api}",
            api_key=demo.api_key,
            webhook_secret=demo.webhook_secret,
            simulator_url=simulator_url,
            shop_url=shop_url,
            aws_endpoint=aws.endpoint,
            region=aws.region,
            merchant_id=finpay.MERCHANT_ID,
            merchant_key=finpay.MERCHANT_KEY,
            storefront_id=STOREFRONT_ID,
            outputs=outputs,
            pids={},
        )
        shop.start(self.processes, running, toko, self._folder, state)
        running = replace(running, pids=self.processes.pids())
        enter(published(self._folder, running))
        return running

    def _deploy(self, aws: Aws, ports: Ports) -> dict[str, str]:
        parameters = {
            "Stage": "local",
            "FinpayBaseUrl": f"http://127.0.0.1:{ports.simulator}",
            "CallbackBaseUrl": f"http://127.0.0.1:{ports.api}",
            "Architecture": deployment.architecture(),
            # Nobody at a laptop waits for hours, and nothing of a test leaves it.
            "WebhookPauses": "1,1,1,2,3,5,10,10,30,30,60",
            "WebhookTargets": "loopback",
        }
        deployment.deploy(self.processes, aws, parameters, self._folder)
        return deployment.outputs(aws, deployment.config()["stack_name"])


def check_python() -> None:
    """Raise LocalStackError unless this Python is the runtime's of template.yaml."""
    runtime = re.search(r"Runtime: python(\S+)", (ROOT / "template.yaml").read_text())
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if runtime and runtime[1] != here:
        message = f"The functions need Python {runtime[1]}, this is {here}: use `make`"
        raise LocalStackError(message)


def _fill(aws: Aws, outputs: dict[str, str], shop_url: str) -> tuple[Registered, Registered]:
    """Store Finpay's credentials; register the storefront that is free to use and the shop's."""
    with step("Storing Finpay's credentials, registering two storefronts"):
        pair = {"merchantId": finpay.MERCHANT_ID, "merchantKey": finpay.MERCHANT_KEY}
        aws.secrets().put_secret_value(
            SecretId=outputs["FinpaySecretArn"], SecretString=json.dumps(pair)
        )
        storefronts = registry(aws, outputs)
        demo = storefronts.create(STOREFRONT_ID, ["*"])
        return demo, storefronts.create(shop.STOREFRONT_ID, [shop_url])


def registry(aws: Aws, outputs: Mapping[str, str]) -> Registry:
    """The storefronts of a deployed stack."""
    table, data_key = outputs["StorefrontsTableName"], outputs["DataKeyArn"]
    return Registry(aws.dynamodb(), aws.kms(), table, data_key, clock.now)
