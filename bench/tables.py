"""The cost model's tables, as text."""

from collections.abc import Mapping
from typing import Any

from bench.calls import AMORTISED
from bench.work import added


def show(result: Mapping[str, Any], prices: Mapping[str, Any], assumed: Mapping[str, Any]) -> str:
    """All tables; amounts in USD."""
    month = f"{assumed['month']['payments']:,} payments"
    where = f"{prices['place']} ({prices['region']}), {prices['architecture']}, {prices['as_of']}"
    return "\n".join(
        [
            f"USD per million paid payments, {where}; prices: {prices['source']}",
            "",
            *_parts(result["parts"]),
            "",
            *_side_by_side(result),
            "",
            *_verdict(result),
            "",
            "not in it, since a warm container makes no such call:",
            *(f"  {call}: {when}" for call, when in AMORTISED.items()),
            "",
            f"USD a month beside that, with {month} spread evenly over it",
            *(f"  {name:<34}{usd:>9.2f}" for name, usd in result["monthly"].items()),
            f"  {'total':<34}{sum(result['monthly'].values()):>9.2f}",
        ]
    )


def _parts(parts: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A row for each line of the bill, a column for each part of a payment."""
    whole = added(*(dict(lines) for lines in parts.values()))
    columns = {**parts, "all": whole}
    rows = [_row(line, [_usd(lines.get(line, 0)) for lines in columns.values()]) for line in whole]
    return [
        _row("", list(columns)),
        *rows,
        _row("total", [_usd(sum(lines.values())) for lines in columns.values()]),
    ]


def _side_by_side(result: Mapping[str, Any]) -> list[str]:
    """The same service beside the peers: without webhooks and status syncs, which they have not."""
    peers = result["peers"]
    marks = {name: "" if peer["measured"] else " *" for name, peer in peers.items()}
    columns = {"this": result["core"]["lines"], **{n: p["lines"] for n, p in peers.items()}}
    rows = [f"{'':<28}" + "".join(f"{n + marks.get(n, ''):>28}" for n in columns)]
    for line in result["core"]["lines"]:
        cells = "".join(f"{_usd(lines.get(line, 0)):>28}" for lines in columns.values())
        rows.append(f"{line:<28}{cells}")
    totals = "".join(f"{_usd(sum(lines.values())):>28}" for lines in columns.values())
    rows.append(f"{'total':<28}{totals}")
    return [*rows, "* counted on paper, not measured"] if any(marks.values()) else rows


def _verdict(result: Mapping[str, Any]) -> list[str]:
    core = result["core"]
    largest = sorted(core["lines"].items(), key=lambda line: -line[1])[:4]
    told = ", ".join(f"{line} {_usd(usd)}" for line, usd in largest)
    return [
        f"the same service as the peers: {_usd(core['total'])}",
        f"the same against the cheapest peer: {result['share_of_cheapest_peer']:.2f} of it",
        f"what dominates: {told}",
        "everybody's, being requests, Finpay's time, writes, reads and data: "
        + _usd(result["same_for_all"]),
        f"with webhooks and status syncs: {_usd(result['whole'])}",
    ]


def _row(name: str, cells: list[str]) -> str:
    return f"{name:<28}" + "".join(f"{cell:>14}" for cell in cells)


def _usd(amount: float) -> str:
    return f"{amount:.2f}" if amount else "-"
