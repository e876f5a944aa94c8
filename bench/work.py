"""What one request or message takes, ours or a peer's, and what of that AWS puts on the bill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VCPU_MB = 1769
"""Lambda gives a function with this much memory one whole vCPU, and others in proportion."""

_FINPAY = "https.finpay"
WAITING = "Lambda, waiting for Finpay"

type Assumed = Mapping[str, Any]
"""bench/assumptions.toml, or a table of it."""

type Use = dict[str, float]
"""How much of each thing that has a price: see LINES."""

LINES: Mapping[str, str] = {
    "HTTP API requests": "http_api_request",
    "Lambda requests": "lambda_request",
    WAITING: "lambda_gb_second",
    "Lambda, all other time": "lambda_gb_second",
    "DynamoDB writes": "dynamodb_write_unit",
    "DynamoDB index writes": "dynamodb_write_unit",
    "DynamoDB reads": "dynamodb_read_unit",
    "SQS requests": "sqs_request",
    "Logs": "log_gb",
    "X-Ray traces": "trace",
    "Data out": "data_out_gb",
}
"""The lines of the bill and what the price list calls them."""


@dataclass(frozen=True)
class Work:
    """`cpu_ms` on one whole vCPU; `calls` by name (`dynamodb.GetItem`, `https.finpay`, …)."""

    memory_mb: int
    cpu_ms: float
    init_ms: float
    calls: Mapping[str, int] = field(default_factory=dict)
    write_units: float = 0
    index_units: float = 0
    read_units: float = 0
    log_lines: int = 0
    log_bytes: int = 0
    bytes_out: int = 0
    is_http: bool = False
    lambda_lines: bool = True

    def use(self, assumed: Assumed, access_bytes: int = 0, invocations: float = 1) -> Use:
        """What of it is on the bill; units of work that share an invocation have a part of it."""
        finpay_ms = self.calls.get(_FINPAY, 0) * assumed["wait_ms"][_FINPAY]
        sqs = sum(count for call, count in self.calls.items() if call.startswith("sqs."))
        gb_s = self.memory_mb / 1024 / 1000
        return {
            "HTTP API requests": int(self.is_http),
            "Lambda requests": invocations,
            WAITING: finpay_ms * gb_s,
            "Lambda, all other time": self._other_ms(assumed, invocations) * gb_s,
            "DynamoDB writes": self.write_units,
            "DynamoDB index writes": self.index_units,
            "DynamoDB reads": self.read_units,
            "SQS requests": sqs,
            "Logs": self._logged(assumed["logs"], access_bytes, invocations) / 1e9,
            "X-Ray traces": invocations * assumed["traces"]["share"],
            "Data out": self.bytes_out / 1e9,
        }

    def _other_ms(self, assumed: Assumed, invocations: float) -> float:
        """Own work, waiting for AWS and for receivers, and this one's share of cold starts."""
        waits = assumed["wait_ms"]
        waiting: float = sum(
            count * waits.get(call, waits.get(call.partition(".")[0], 0))
            for call, count in self.calls.items()
            if call != _FINPAY
        )
        cold: float = assumed["cold"]["share"] * self.init_ms * invocations
        return self.cpu_ms * max(1, VCPU_MB / self.memory_mb) + waiting + cold

    def _logged(self, logs: Assumed, access_bytes: int, invocations: float) -> float:
        """Bytes that CloudWatch takes in."""
        overhead: int = logs["event_overhead"]
        written: float = self.log_bytes + self.log_lines * overhead
        if self.lambda_lines:
            written += invocations * sum(len(line) + overhead for line in logs["lambda_lines"])
        return written + (access_bytes + overhead if self.is_http else 0)


def scaled(use: Use, times: float) -> Use:
    """So many times the same, or a part of it."""
    return {line: amount * times for line, amount in use.items()}


def added(*uses: Use) -> Use:
    """All of it together."""
    lines = dict.fromkeys(line for use in uses for line in use)
    return {line: sum(use.get(line, 0) for use in uses) for line in lines}
