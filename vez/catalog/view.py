"""What `vez catalog` shows: problems with their places, changes with their signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

SIGNS: Final = {
    "new": ("+", "green"),
    "changed": ("~", "yellow"),
    "new_version": ("↑", "cyan"),
    "retired": ("-", "red"),
}
WARNINGS_SHOWN: Final = 10


def show_problems(problems: Iterable[Mapping[str, Any]]) -> int:
    """Print each problem on standard error; how many there were."""
    listed = list(problems)
    console = _console(stderr=True)
    for problem in listed:
        console.print(_line(problem, "red"))
    return len(listed)


def show_warnings(warnings: Iterable[Mapping[str, Any]]) -> None:
    """Print the first warnings on standard error, and how many more there are."""
    listed = list(warnings)
    console = _console(stderr=True)
    for warning in listed[:WARNINGS_SHOWN]:
        console.print(Text.assemble(("warning: ", "yellow"), _line(warning, "yellow")))
    if len(listed) > WARNINGS_SHOWN:
        console.print(Text(f"… and {counted(len(listed) - WARNINGS_SHOWN, 'more warning')}", style="yellow"))


def show(answer: Mapping[str, Any]) -> None:
    """Print what was, or would be, changed."""
    show_warnings(answer.get("warnings") or ())
    console = _console()
    changes = [change for change in answer["changes"] if change["change"] != "unchanged"]
    for change in changes:
        for line in _change(change, answer):
            console.print(line)
    done = "applied" if answer["applied"] else "to apply"
    click.echo(f"{counted(len(changes), 'change')} {done}." if changes else "Nothing to change.")


def counted(count: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _change(change: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterable[Text]:
    sign, colour = SIGNS.get(change["change"], ("?", ""))
    said = change["change"].replace("_", " ")
    number = answer["versions"].get(change["code"]) if change["kind"] == "type" else None
    version = f" {number}" if number is not None and change["change"] == "new_version" else ""
    yield Text(f"{sign} {change['kind'].replace('_', ' ')} {change['code']}: {said}{version}", style=colour)
    for detail in change["details"]:
        yield Text(f"    {detail}")
    tickets = answer.get("open_tickets", {}).get(change["code"], {}) if change["kind"] == "type" else {}
    if tickets:
        counts = ", ".join(f"{count} on version {number}" for number, count in tickets.items())
        yield Text(f"    open tickets that stay on what they started with: {counts}", style="bold")


def _line(problem: Mapping[str, Any], colour: str) -> Text:
    place = f"{problem['file']}:{problem['line']}: " if problem["line"] else ""
    name = f"{problem['path']}: " if problem["path"] else ""
    return Text.assemble((place, "bold"), (name, colour), problem["message"], " ", (problem["remedy"], "italic"))


def _console(*, stderr: bool = False) -> Console:
    return Console(stderr=stderr, soft_wrap=True, highlight=False)
