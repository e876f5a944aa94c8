"""Where the benchmark keeps what it builds and what it found."""

from local.paths import LOCAL, ROOT

BENCH = ROOT / "bench"
WORK = LOCAL / "bench"
RESULTS = BENCH / "results.json"
DOCUMENT = ROOT / "docs/performance.md"
EVENTS = ROOT / "events"
RUNTIME = WORK / "awslambdaric"
