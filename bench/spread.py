"""Medians and how far the measurements lie apart."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the quartiles of measurements."""

    median: float
    low: float
    high: float
    count: int

    def text(self, digits: int = 0) -> str:
        """`123 (120-130)`."""
        values = (f"{value:,.{digits}f}" for value in (self.median, self.low, self.high))
        return "{} ({}-{})".format(*values)

    def document(self) -> dict[str, float]:
        """For results.json."""
        return {
            "median": round(self.median, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "count": self.count,
        }


def spread(values: Sequence[float]) -> Spread:
    """Of at least one measurement."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0], 1)
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high, len(values))


def ratios(values: Sequence[float], reference: Sequence[float]) -> Spread:
    """Each to the reference of the same round: what slows a round down slows both."""
    return spread([one / other for one, other in zip(values, reference, strict=True)])
