"""What a rehearsal says, as one page with charts that needs nothing else: to be read, sent on, kept by a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from vez.rehearsal.findings import GRAVE, PROBLEMS, Findings, Problem
from vez.rehearsal.report import TITLES, by_count, lasted, said

TEMPLATE: Final = Path(__file__).with_name("page.html")
SHOWN: Final = 12
WHOLE: Final = "From submission to end"


def write_page(
    found: Sequence[Findings], failed: Sequence[Problem], path: Path, *, draft: str, source: str, now: datetime
) -> None:
    """The findings as an HTML file. Raises OSError."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(TEMPLATE.read_text("utf-8")).render(
        draft=draft,
        source=source,
        when=f"{now:%Y-%m-%d %H:%M} UTC",
        failed=list(failed),
        types=[_type(each) for each in found],
    )
    path.write_text(page, "utf-8")


def _type(findings: Findings) -> dict[str, Any]:
    figures = {
        "Tickets": findings.tickets,
        "Of them ended": findings.ended,
        "Moves": findings.moves,
        "With another holder": len(findings.changed),
    }
    return {
        "name": findings.type,
        "figures": [(name, f"{value:,}") for name, value in figures.items()],
        "problems": [_problem(findings, problem) for problem in PROBLEMS if findings.places(problem)],
        "durations": _durations(findings),
    }


def _problem(findings: Findings, problem: Problem) -> dict[str, Any]:
    listed = by_count(findings.places(problem))
    return {
        "title": TITLES[problem],
        "is_grave": problem in GRAVE,
        "more": max(0, len(listed) - SHOWN),
        "lines": [
            {
                "said": said(place, problem),
                "share": met.tickets / findings.tickets,
                "tickets": f"{met.tickets:,}",
                "times": f"{met.count:,}",
                "examples": ", ".join(met.examples),
            }
            for place, met in listed[:SHOWN]
        ],
    }


def _durations(findings: Findings) -> list[dict[str, Any]]:
    """The whole, then each stage in the order in which it was first met, all on one scale but the whole."""
    stages = {stage: times.medians for stage, times in findings.stages.items() if times.recorded}
    longest = max((max(both) for both in stages.values()), default=0.0)
    lines = [_line(findings, stage, both, longest) for stage, both in stages.items()]
    if findings.whole.recorded:
        lines.insert(0, _line(findings, WHOLE, findings.whole.medians, max(findings.whole.medians)))
    return lines


def _line(findings: Findings, name: str, medians: tuple[float, float], longest: float) -> dict[str, Any]:
    was, now = medians
    return {
        "name": name,
        "was": lasted(was),
        "now": lasted(now),
        "was_share": was / longest if longest else 0.0,
        "now_share": now / longest if longest else 0.0,
        "by_clock": f"{findings.by_clock[name]:,}" if findings.by_clock.get(name) else "",
    }
