"""Payment codes, links and references: each given out once in the life of a simulator."""

import itertools

LINKS = "https://devo.finpay.id"


class Numbers:
    """Counters behind the forms of Finpay's sample answer."""

    def __init__(self) -> None:
        self._codes = itertools.count(76851)
        self._links = itertools.count(5614)
        self._references = itertools.count(1)

    def code_and_link(self, *, hosted: bool) -> tuple[str | None, str]:
        """A 16-digit code and its pending page, or no code and the page to choose a channel."""
        if hosted:
            return None, f"{LINKS}/pg/payment/card/{next(self._links)}"
        return f"88027{next(self._codes):011d}", f"{LINKS}/widgetpg/pending/{next(self._links)}"

    def reference(self) -> str:
        return f"FP{next(self._references):014d}"
