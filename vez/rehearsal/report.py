"""What a rehearsal says: for people as text, for programs as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.text import Text

from vez.rehearsal.findings import LONGER, PROBLEMS, Findings, Met, Places, Problem

SHOWN: Final = 10
TITLES: Final[dict[Problem, str]] = {
    "dead-ends": "Dead ends: nobody could leave the stage",
    "nobody": "Nobody: the rule names nobody who can act",
    "refused": "Refused: what was done, the draft does not allow",
    "unfinished": "Unfinished: tickets that had ended would still be open",
    "asked": "Asked besides: what people would have to fill in or write",
    "holders": "Other holders",
    "deadlines": "Deadlines of the draft",
    "durations": "Durations",
}
ARROW: Final = " → "


def show(found: Sequence[Findings], failed: Sequence[Problem], console: Console) -> None:
    """The findings as people read them, a type each, the grave ones first."""
    for findings in found:
        share = f", {findings.ended:,} of them ended" if findings.ended else ""
        console.print(Text(f"{findings.type}: {findings.tickets:,} tickets{share}, {findings.moves:,} moves", "bold"))
        for problem in PROBLEMS:
            for line in _section(findings, problem):
                console.print(line)
    if not found:
        console.print(Text("No ticket of the draft's types was found, so nothing was rehearsed.", "yellow"))
    elif failed:
        console.print(Text(f"Failed by: {', '.join(failed)}.", "red"))
    else:
        console.print(Text("Nothing speaks against the draft.", "green"))


def _section(findings: Findings, problem: Problem) -> Iterator[Text]:
    lines = list(_durations(findings) if problem == "durations" else _lines(findings.places(problem), problem))
    if lines:
        yield Text(f"  {TITLES[problem]}", "yellow" if findings.has(problem) else "")
        yield from lines


def _lines(places: Places, problem: Problem) -> Iterator[Text]:
    listed = by_count(places)
    for place, met in listed[:SHOWN]:
        counted = f"{met.tickets:,} ticket{'s' if met.tickets != 1 else ''}"
        times = f", {met.count:,} times" if met.count != met.tickets else ""
        yield Text(f"    {said(place, problem)}: {counted}{times} (as {', '.join(met.examples)})")
    if len(listed) > SHOWN:
        yield Text(f"    … and {len(listed) - SHOWN:,} more, which --json has")


def said(place: tuple[str, ...], problem: Problem) -> str:
    """Where a problem was met, and what was met there."""
    stage, *rest = place
    if problem == "holders":
        return f"{stage}: {ARROW.join(rest)}"
    if problem == "nobody":
        return f"{stage}: {rest[0]}, so {rest[1]} has it"
    if problem == "refused":
        return f"{stage}: {rest[0]} ({rest[1]})"
    return f"{stage}: {', '.join(rest)}" if rest else stage


def _durations(findings: Findings) -> Iterator[Text]:
    """The whole and each stage whose middle time is another."""
    if findings.whole.recorded:
        yield Text(f"    from submission to end: {_times(findings.whole.medians)}")
    for stage, times in findings.stages.items():
        before, after = times.medians
        if abs(after - before) > max(1.0, before * (LONGER - 1)):
            yield Text(f"    {stage}: {_times((before, after))}")
    for stage, count in findings.by_clock.items():
        yield Text(f"    {stage}: left by the clock {count:,} times")


def _times(medians: tuple[float, float]) -> str:
    return f"{lasted(medians[0])}{ARROW}{lasted(medians[1])} (median)"


def lasted(seconds: float) -> str:
    """A time as people say it, in its two largest units."""
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    left, said = round(seconds), []
    for unit, size in units:
        count, left = divmod(left, size)
        if count:
            said.append(f"{count:,} {unit}")
    return " ".join(said[:2]) or "0 s"


def by_count(places: Places) -> list[tuple[tuple[str, ...], Met]]:
    """The places, those of the most tickets first."""
    return sorted(places.items(), key=lambda item: (-item[1].tickets, item[0]))


# ---- for programs ------------------------------------------------------------------------------------------------


def to_wire(found: Sequence[Findings], failed: Sequence[Problem], *, source: str, now: datetime) -> dict[str, Any]:
    """The whole report as JSON values; times in seconds."""
    return {"source": source, "rehearsed_at": now, "failed_by": list(failed), "types": [_wire(each) for each in found]}


def _wire(findings: Findings) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": findings.type,
        "tickets": findings.tickets,
        "ended": findings.ended,
        "moves": findings.moves,
        "tickets_with_other_holders": len(findings.changed),
        "left_by_clock": dict(findings.by_clock),
    }
    for problem in PROBLEMS:
        if problem != "durations":
            told[problem.replace("-", "_")] = [_place(key, met) for key, met in by_count(findings.places(problem))]
    before, after = findings.whole.medians
    told["median_seconds"] = {"recorded": before, "rehearsed": after}
    told["stages"] = [
        {"stage": stage, "recorded": times.medians[0], "rehearsed": times.medians[1], "tickets": len(times.recorded)}
        for stage, times in findings.stages.items()
    ]
    return told


def _place(key: tuple[str, ...], met: Met) -> dict[str, Any]:
    stage, *what = key
    return {"stage": stage, "what": what, "tickets": met.tickets, "times": met.count, "examples": met.examples}


def write_json(wire: dict[str, Any], path: Path) -> None:
    """The report as a JSON file. Raises OSError."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(wire), indent=2) + b"\n")
