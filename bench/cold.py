"""Cold starts: from the start of the process until it is ready and until its first answer.

Rounds are interleaved, one fresh process for each subject and round, and ratios are taken within a
round: what slows a round down slows all of it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench import subjects
from bench.artifacts import Artifacts
from bench.container import Container
from bench.outside import Outside
from bench.part import Part, Table
from bench.spread import Spread, ratios, spread
from bench.subjects import FLOORS, PEERS, SERVICE, Subject


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start, in milliseconds; `cpu` is the process's own time until its first answer."""

    ready: float
    first: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Row:
    """A subject in all rounds."""

    key: str
    name: str
    subject: Subject
    sampled: bool = False
    starts: list[Start] = field(default_factory=list)

    def of(self, measure: str) -> list[float]:
        return [getattr(start, measure) for start in self.starts]


def measure(built: Artifacts, equal: Artifacts, rounds: int) -> Part:
    """The part `cold`, with `rounds` cold starts of each subject."""
    with Outside() as outside:
        rows = _rows(built, outside.url, "built") + _rows(equal, outside.url, "equal")
        # The first round only brings the files into memory.
        for number in range(-1, rounds):
            turn = number % len(rows)
            for row in rows[turn:] + rows[:turn]:
                start = start_once(row.subject, sampled=row.sampled)
                if number >= 0:
                    row.starts.append(start)
    return _part({row.key: row for row in rows}, rounds)


def start_once(subject: Subject, *, sampled: bool = False) -> Start:
    """One cold start; raises HandlerFailedError."""
    with Container(subject.handler, sampled=sampled) as container:
        answer = container.invoke(subject.event)
        cpu = container.cpu_seconds()
        begun, ready = container.started_at, container.ready_at
    subject.check(answer)
    return Start((ready - begun) * 1000, (answer.at - begun) * 1000, cpu * 1000)


def _rows(artifacts: Artifacts, url: str, treatment: str) -> list[Row]:
    rows = [
        Row(function, f"{function}, {task}", subjects.service(artifacts, function, task, url))
        for function, task in SERVICE.items()
    ]
    rows += [
        Row(f"{name}/{task}", f"{name}, {task}", subjects.peer(artifacts, name, task, url))
        for name in PEERS
        for task in ("callback", "initiate")
    ]
    rows += [Row(name, name, subjects.floor(artifacts, name, url)) for name in FLOORS]
    if treatment == "built":
        # Lambda samples the first request of each second, so nearly every one of a quiet shop.
        rows += [
            Row(f"{row.key}/traced", f"{row.name}, traced", row.subject, sampled=True)
            for row in rows
            if row.key in {"FinpayCallback", "StorefrontApi", "Powertools in full/callback"}
        ]
    return [Row(f"{treatment}/{row.key}", row.name, row.subject, row.sampled) for row in rows]


def _part(rows: Mapping[str, Row], rounds: int) -> Part:
    def ratio(one: str, other: str, measure: str = "first") -> Spread:
        return ratios(rows[one].of(measure), rows[other].of(measure))

    values = {}
    compared: dict[str, list[Sequence[str]]] = defaultdict(list)
    for treatment in ("built", "equal"):
        for key, function in (("callback", "FinpayCallback"), ("API", "StorefrontApi")):
            own = f"{treatment}/{function}"
            task = "callback" if key == "callback" else "initiate"
            others = [*FLOORS, *(f"{name}/{task}" for name in PEERS)]
            for other in others[1:]:
                name = other.partition("/")[0]
                found = ratio(own, f"{treatment}/{other}")
                cpu = ratio(own, f"{treatment}/{other}", "cpu")
                values[f"cold {treatment} {key} / {name}"] = found.median
                values[f"cold cpu {treatment} {key} / {name}"] = cpu.median
                compared[treatment].append([f"{key} / {name}", found.text(2), cpu.text(2)])
    headers = ["Function / reference", "to the first answer", "CPU until then"]
    tables = [
        Table("Cold start against others, as built", headers, compared["built"]),
        Table("Cold start against others, all treated alike", headers, compared["equal"]),
        *(
            Table(
                f"Cold start in milliseconds, {text}",
                ["Subject", "ready", "first answer", "CPU"],
                [
                    [row.name, *(spread(row.of(name)).text() for name in ("ready", "first", "cpu"))]
                    for key, row in rows.items()
                    if key.startswith(treatment)
                ],
            )
            for treatment, text in (("built", "as built"), ("equal", "all treated alike"))
        ),
    ]
    measured = {
        key: {name: spread(row.of(name)).document() for name in ("ready", "first", "cpu")}
        for key, row in rows.items()
    }
    note = f"Medians of {rounds} interleaved cold starts, with quartiles; ratios within a round."
    return Part("cold", note, tables, values, measured)
