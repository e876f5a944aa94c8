"""Payment codes, links and references: each given out once in the life of a simulator."""

from collections.abc import Mapping

from simulator.journal import Record, forget

LINKS = "https://devo.finpay.id"
FIRST = {"code": 76851, "link": 5614, "reference": 1}
"""The first numbers, in the forms of Finpay's sample answer."""


class Numbers:
    """A number is recorded as used before anybody sees it."""

    def __init__(self, record: Record = forget) -> None:
        self._record = record
        self._upcoming = dict(FIRST)

    def code_and_link(self, *, hosted: bool) -> tuple[str | None, str]:
        """A 16-digit code and its pending page, or no code and the page to choose a channel."""
        link = self._draw("link")
        if hosted:
            return None, f"{LINKS}/pg/payment/card/{link}"
        return f"88027{self._draw('code'):011d}", f"{LINKS}/widgetpg/pending/{link}"

    def reference(self) -> str:
        return f"FP{self._draw('reference'):014d}"

    def restore(self, upcoming: Mapping[str, int]) -> None:
        self._upcoming |= upcoming

    def _draw(self, name: str) -> int:
        number = self._upcoming[name]
        self._upcoming[name] = number + 1
        self._record("numbers", self._upcoming)
        return number
