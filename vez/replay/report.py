"""What a replay found out: for people as a table, for programs as JSON. The last line is `mismatches: N`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table

from vez.replay.compare import Mismatch

SHOWN: Final = 10


class Latency(msgspec.Struct, kw_only=True):
    """In milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    longest: float


class Report(msgspec.Struct, kw_only=True):
    """The whole report; times in seconds unless they say otherwise."""

    log: str
    url: str
    type: str
    version: int | None
    classifier: str
    concurrency: int
    cases: int
    log_events: int
    accepted_commands: dict[str, int]
    refusals: dict[str, int]
    refusal_examples: dict[str, str]
    given_up: list[str]
    notifications: dict[str, int]
    duplicate_notifications: int
    people_created: int
    people_signed_in: int
    people_seconds: float
    sign_in_seconds: float
    catalog_seconds: float
    wall_seconds: float
    reading_back_seconds: float
    commands_per_second: float
    log_events_per_second: float
    submit_to_first_holder_ms: Latency
    advance_to_new_stage_ms: Latency
    polls: int
    unfinished: int
    mismatched: list[Mismatch]
    mismatches: int


def latency(seconds: Sequence[float]) -> Latency:
    """The percentiles by nearest rank; zeros where nothing was measured."""
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000, 2) if ordered else 0.0

    return Latency(count=len(ordered), p50=at(0.5), p95=at(0.95), p99=at(0.99), longest=at(1.0))


def write_json(report: Report, path: Path) -> None:
    """The whole report as a JSON file. Raises OSError."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def show(report: Report, console: Console) -> None:
    """The report as people read it, without its last line."""
    table = Table(title=f"Replay of {report.log}", title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column()
    for name, value, remark in _rows(report):
        table.add_row(name, value, remark)
    console.print(table)
    for mismatch in report.mismatched[:SHOWN]:
        console.print(
            f"{mismatch.case}: row {mismatch.row}: log {mismatch.log or 'has no more'};"
            f" history {mismatch.history or 'has no more'}",
            markup=False,
        )


def _rows(report: Report) -> list[tuple[str, str, str]]:
    accepted = sum(report.accepted_commands.values())
    rows = [
        ("cases", f"{report.cases:,}", f"{report.unfinished:,} unfinished" if report.unfinished else ""),
        ("log events", f"{report.log_events:,}", ""),
        ("accepted commands", f"{accepted:,}", _each(report.accepted_commands)),
        ("refusals", f"{sum(report.refusals.values()):,}", _each(report.refusals)),
        *(("", "", f"{type}: {text}") for type, text in report.refusal_examples.items()),
        *(("given up", "", text) for text in report.given_up[:SHOWN]),
        ("notifications", f"{sum(report.notifications.values()):,}", _each(report.notifications)),
        ("people", f"{report.people_seconds:.1f} s", f"{report.people_created:,} made"),
        ("sign-ins", f"{report.sign_in_seconds:.1f} s", f"{report.people_signed_in:,} people"),
        ("catalog", f"{report.catalog_seconds:.1f} s", f"{report.type}, version {report.version}"),
        ("wall time", f"{report.wall_seconds:.1f} s", f"{report.concurrency} cases at once"),
        ("reading back", f"{report.reading_back_seconds:.1f} s", ""),
        ("commands per second", f"{report.commands_per_second:,.1f}", ""),
        ("log events per second", f"{report.log_events_per_second:,.1f}", ""),
        ("submit → first holder", *_times(report.submit_to_first_holder_ms)),
        ("advance → new stage", *_times(report.advance_to_new_stage_ms)),
    ]
    if report.duplicate_notifications:
        rows.append(("told twice", f"{report.duplicate_notifications:,}", ""))
    return rows


def _each(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _times(found: Latency) -> tuple[str, str]:
    return f"{found.p50:.1f} ms", f"p50; p95 {found.p95:.1f} ms, p99 {found.p99:.1f} ms, longest {found.longest:.1f} ms"
