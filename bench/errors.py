"""What can go wrong with a measurement.

BenchError
├── HandlerFailedError   a measured handler raised, died or answered something else
└── BuildFailedError     sam build did not leave an artifact
"""


class BenchError(Exception):
    """A measurement could not be made; the message says why."""


class HandlerFailedError(BenchError):
    """A measured handler raised, died or gave another answer than it should."""


class BuildFailedError(BenchError):
    """There is nothing to measure."""
