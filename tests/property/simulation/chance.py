"""Chance: what goes wrong, how often, and how often it did. The same seed, the same chances."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

# How often each fault strikes where it can, in a stormy world; a world draws its own weather.
STORM: Mapping[str, float] = {
    "crash": 0.006,
    "container: frozen for long": 0.05,
    "finpay: refused": 0.04,
    "finpay: request lost": 0.04,
    "finpay: request late": 0.02,
    "finpay: answer lost": 0.05,
    "finpay: sent twice": 0.02,
    "finpay: slow": 0.03,
    "finpay: garbage": 0.04,
    "dynamodb: throttled": 0.02,
    "dynamodb: request lost": 0.01,
    "dynamodb: answer lost": 0.02,
    "dynamodb: out for this call": 0.01,
    "dynamodb: a rival is quicker": 0.02,
    "sqs: request lost": 0.03,
    "sqs: delivered twice": 0.1,
    "secrets: out": 0.02,
    "callback: lost": 0.15,
    "callback: answer lost": 0.1,
    "callback: repeated": 0.15,
    "callback: late": 0.1,
    "callback: cannot be verified": 0.03,
    "callback: forged": 0.2,
    "storefront: answer lost": 0.05,
    "storefront: sent twice": 0.1,
}

# The same for what tells storefronts.
WEBHOOK_STORM: Mapping[str, float] = {
    "crash": 0.006,
    "container: frozen for long": 0.05,
    "dynamodb: throttled": 0.02,
    "dynamodb: request lost": 0.01,
    "dynamodb: answer lost": 0.02,
    "dynamodb: out for this call": 0.01,
    "sqs: request lost": 0.03,
    "sqs: answer lost": 0.03,
    "sqs: took only a part": 0.05,
    "sqs: delivered twice": 0.05,
    "sqs: a message comes back": 0.02,
    "kms: out": 0.05,
    "stream: a record cannot be read": 0.002,
    "backend: 500": 0.1,
    "backend: 503": 0.05,
    "backend: no answer": 0.05,
    "backend: refused": 0.03,
}


class Chance:
    """Draws from one seed. Faults end at a moment; until then each has its rate."""

    def __init__(self, seed: int | str, storm: Mapping[str, float] = STORM) -> None:
        self.random = Random(seed)  # noqa: S311 - reproducible, not secret
        weather = self.random.choice((0.0, 0.3, 1.0, 1.0, 2.0))
        self.rates = {
            kind: rate * weather * self.random.choice((0.0, 1.0, 1.0, 3.0))
            for kind, rate in storm.items()
        }
        self.faults: Counter[str] = Counter()
        self.stormy = True

    def strikes(self, kind: str) -> bool:
        """Whether this fault happens here and now; counts it."""
        if not self.stormy or self.random.random() >= self.rates[kind]:
            return False
        self.faults[kind] += 1
        return True

    def first(self, *kinds: str) -> str:
        """The first of these faults that happens, or nothing."""
        return next((kind for kind in kinds if self.strikes(kind)), "")

    def maybe(self, probability: float) -> bool:
        """Something ordinary that happens now and then, faults or not."""
        return self.random.random() < probability

    def between(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def one_of[T](self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def write_id(self) -> str:
        """An id for the service: 16 hex digits."""
        return f"{self.random.getrandbits(64):016x}"
