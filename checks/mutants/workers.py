"""Mutants, shared among processes."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from checks.mutants import own_process, trial
from checks.mutants.mutant import Mutant
from checks.mutants.reach import Reach


def outcomes(mutants: Sequence[Mutant], reach: Reach, workers: int) -> list[tuple[Mutant, str]]:
    """What became of each. One that its function cannot take is imported anew instead."""
    first = _round(mutants, reach, workers)
    unfit = [replace(one, in_body=False) for one, outcome in first if outcome == own_process.UNFIT]
    tried = [pair for pair in first if pair[1] != own_process.UNFIT]
    return tried + (_round(unfit, reach, workers) if unfit else [])


def _round(mutants: Sequence[Mutant], reach: Reach, workers: int) -> list[tuple[Mutant, str]]:
    with TemporaryDirectory() as folder:
        files = [Path(folder) / str(number) for number in range(workers)]
        children = [
            _start(range(number, len(mutants), workers), mutants, reach, file)
            for number, file in enumerate(files)
        ]
        for child in children:
            if os.waitpid(child, 0)[1]:
                raise ChildProcessError("a worker ended early")
        lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    if len(lines) != len(mutants):
        raise ChildProcessError("some mutants were not tried")
    return [(mutants[place], outcome) for place, outcome in sorted(lines)]


def _start(share: Sequence[int], mutants: Sequence[Mutant], reach: Reach, file: Path) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        places = {id(mutants[place]): place for place in share}
        with file.open("w", buffering=1) as output:

            def report(mutant: Mutant, outcome: str) -> None:
                print(json.dumps([places[id(mutant)], outcome]), file=output)
                if outcome == own_process.SURVIVED:
                    os.write(1, f"survived: {mutant.file}:{mutant.lines[0]}\n".encode())

            trial.run_all([mutants[place] for place in share], reach, report)
        code = 0
    finally:
        os._exit(code)
