"""Where the benchmark keeps what it builds and what it found."""

from local import paths

ROOT = paths.ROOT
BENCH = ROOT / "bench"
WORK = paths.LOCAL / "bench"
RESULTS = BENCH / "results.json"
DOCUMENT = ROOT / "docs/performance.md"
EVENTS = ROOT / "events"
RUNTIME = WORK / "awslambdaric"
