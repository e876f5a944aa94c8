"""`python -m tests.external.cold`: writes the figures of this Python into figures.json."""

import json
import tempfile
from pathlib import Path

from tests.external.cold.cold_start import (
    BUILD,
    FIGURES,
    build_artifact,
    figures,
    first_answer,
    imported,
    instructions,
)
from tests.external.cold.starts import STARTS


def main() -> None:
    """Measure each function once."""
    kept = figures() if FIGURES.exists() else {"instructions": {}}
    with tempfile.TemporaryDirectory() as folder:
        artifact = build_artifact(Path(folder))
        lists = {s: imported(first_answer(artifact, s)["modules"]) for s in STARTS}
        everywhere = sorted(set.intersection(*map(set, lists.values())))
        own = {start: sorted(set(names) - set(everywhere)) for start, names in lists.items()}
        counts = {start: instructions(artifact, start) for start in STARTS}
    kept["imports"] = {"everywhere": everywhere, **own}
    kept["instructions"][BUILD] = counts
    FIGURES.write_text(json.dumps(kept, indent=1) + "\n")


main()
