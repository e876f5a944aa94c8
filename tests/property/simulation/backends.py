"""The shops' own backends, which webhooks go to: mostly well, now and then not.

A backend does what docs/api.md tells shops to do: it verifies, and of each payment it keeps the
newest version and ignores all others.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ops.rotation import Overlap
from ops.storefronts import Registry
from payments.webhooks.delivery_attempt import EndpointResponse
from tests.property.simulation.chance import Chance
from tests.property.simulation.hub import DAY, HOUR, MINUTE, Hub

TOLERANCE_MS = 5 * MINUTE
"""How old a signature may be, by Standard Webhooks."""
_OVERLAP = 24 * HOUR
_FAULTS = {
    "backend: 500": EndpointResponse(500),
    "backend: 503": EndpointResponse(503),
    "backend: no answer": EndpointResponse(why="timeout"),
    "backend: refused": EndpointResponse(why="connection"),
}


@dataclass
class Backend:
    """What listens at one endpoint: its troubles, and the newest it knows of each payment."""

    down: list[range]
    gone_at: int | None
    newest: dict[str, tuple[int, str]] = field(default_factory=dict)

    def take(self, body: bytes) -> None:
        """Keep what is newer than what is known."""
        data = json.loads(body)["data"]
        version, _ = self.newest.get(data["orderId"], (0, ""))
        if data["version"] > version:
            self.newest[data["orderId"]] = data["version"], data["status"]


class Backends:
    """All backends by endpoint, and the secrets that their storefronts were shown."""

    def __init__(
        self, hub: Hub, chance: Chance, registry: Registry, forbid: Callable[[str], None]
    ) -> None:
        self._hub, self._chance, self._registry, self._forbid = hub, chance, registry, forbid
        self._backends: dict[str, Backend] = {}
        self.secrets: dict[str, bytes] = {}
        """What each storefront verifies with at the moment; one without gets no webhooks."""

    def open_shop(self, storefront: str) -> None:
        """Register a storefront; its webhook secret may be rotated later."""
        self._use(storefront, self._registry.create(storefront, ["*"]).webhook_secret)
        if self._chance.maybe(0.5):
            self._hub.after(self._chance.between(0, 6 * HOUR), lambda: self._rotate(storefront))

    def open_shop_without_secret(self, storefront: str) -> None:
        """Register a storefront whose secret is gone, so that it could verify no webhook."""
        registry = self._registry
        self._forbid(registry.create(storefront, ["*"]).webhook_secret.removeprefix("whsec_"))
        registry.dynamodb.update_item(
            TableName=registry.table,
            Key={"storefrontId": {"S": storefront}},
            UpdateExpression="SET webhookSecrets = :none",
            ExpressionAttributeValues={":none": {"L": []}},
        )

    def _rotate(self, storefront: str) -> None:
        """The backend goes on with its old secret until some time before that one ends."""
        new = self._registry.rotate_webhook_secret(storefront, Overlap(_OVERLAP))
        delay = self._chance.between(5 * MINUTE, _OVERLAP - 5 * MINUTE)
        self._hub.after(delay, lambda: self._use(storefront, new))

    def _use(self, storefront: str, secret: str) -> None:
        encoded = secret.removeprefix("whsec_")
        self._forbid(encoded)
        self.secrets[storefront] = base64.b64decode(encoded)

    def at(self, url: str) -> Backend:
        """The backend that a URL leads to."""
        endpoint = url.partition("?")[0]
        if endpoint not in self._backends:
            self._backends[endpoint] = self._open()
        return self._backends[endpoint]

    def _open(self) -> Backend:
        chance, start = self._chance, self._hub.now
        down = []
        if chance.maybe(0.3):
            begin = start + chance.between(0, 6 * HOUR)
            down = [
                range(begin, begin + chance.one_of((10 * MINUTE, 3 * HOUR, 20 * HOUR, 4 * DAY)))
            ]
        gone_at = start + chance.between(0, DAY) if chance.maybe(0.06) else None
        return Backend(down, gone_at)

    def receive(self, url: str, body: bytes) -> EndpointResponse:
        """What the backend makes of a webhook; a status of None is no answer."""
        backend, chance, now = self.at(url), self._chance, self._hub.now
        if any(now in outage for outage in backend.down):
            chance.faults["backend: down"] += 1
            return EndpointResponse(why=chance.one_of(("connection", "timeout")))
        if backend.gone_at is not None and now >= backend.gone_at:
            chance.faults["backend: gone"] += 1
            return EndpointResponse(410)
        fault = chance.first(*_FAULTS)
        # Whether it was taken is not known to whoever sent it and got no answer.
        if not fault or (fault == "backend: no answer" and chance.maybe(0.5)):
            backend.take(body)
        if fault == "backend: 503":
            return EndpointResponse(503, retry_after=chance.one_of((1, 120, 3_600, 86_400)))
        return _FAULTS[fault] if fault else EndpointResponse(chance.one_of((200, 202, 204)))

    def verifies(self, storefront: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the storefront's backend takes it for ours, by Standard Webhooks 1.0."""
        if storefront not in self.secrets:
            return False
        age = abs(self._hub.now - int(headers["webhook-timestamp"]) * 1000)
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        mac = hmac.new(self.secrets[storefront], signed, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(mac).decode()
        return age < TOLERANCE_MS and expected in headers["webhook-signature"].split()
