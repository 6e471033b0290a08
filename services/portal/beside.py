"""What stands beside a ticket for attendants: relations, time worked, whom to pass it to, answers kept ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.portal import answers, door, formats, naming, shapes
from services.portal.answers import Answer
from services.portal.ask import Refused
from services.portal.rows import Row, rows
from services.portal.shapes import Ticket
from services.portal.words import Reader
from shared import clock
from shared.errors import Retryable

MOST_OTHERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """`targets`: pairs of what to write and who that is; `hours`: pairs of a name and a length, None where not kept.

    `own_time`: what the reader entered, which they may take back. `answers` is None for who uses none.
    """

    relations: list[dict[str, Any]] = field(default_factory=list)
    hours: list[tuple[str, str]] | None = None
    own_time: list[dict[str, Any]] = field(default_factory=list)
    targets: list[tuple[str, str]] = field(default_factory=list)
    answers: list[Answer] | None = None


def questions(ticket_id: str) -> dict[str, Callable[[], Any]]:
    """What is asked for the panel; each may fail without the page failing."""
    path = f"/v1/tickets/{ticket_id}"
    return {
        "relations": lambda: _items("ticket", f"{path}/relations"),
        "hours": lambda: _items("ticket", f"{path}/time-entries"),
        "colleagues": colleagues,
        "answers": answers.ask_quietly,
    }


def others_of(ticket: Ticket, reader: Reader) -> list[Row]:
    """The client's newest other tickets, as far as the reader may see them; none where that cannot be asked."""
    narrowed = {"as": "attendant", "client": ticket.client.id}
    found = _items("ticket", "/v1/tickets", most=MOST_OTHERS + 1, **narrowed)
    known = shapes.several({"items": found or []}, Ticket)
    return rows([each for each in known if each.id != ticket.id][:MOST_OTHERS], reader, clock.now())


def _items(service: str, path: str, *, most: int = 100, **params: str) -> list[dict[str, Any]] | None:
    try:
        answer = door.asker().get(service, path, limit=most, **params)
    except (Retryable, Refused):
        return None
    return list(answer["items"])


def colleagues() -> list[dict[str, Any]]:
    """Who attends, for choosing among them; nobody where identity cannot be asked."""
    return _items("identity", "/v1/directory", permission="ticket.attend") or []


def targets(queues: list[dict[str, Any]], colleagues: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """To whom a ticket may be passed: what to write, and who that is."""
    people = [(str(each["email"]), str(each["name"])) for each in colleagues if each.get("email")]
    return [*((f"queue:{each['code']}", str(each["name"])) for each in queues), *people]


def arrange(found: dict[str, Any], queues: list[dict[str, Any]]) -> Beside:
    """The panel, from what was found."""
    return Beside(
        relations=[each | {"words": naming.relation(each["kind"])} for each in found["relations"] or []],
        hours=None if found["hours"] is None else _hours(found["hours"]),
        own_time=_own_time(found["hours"] or []),
        targets=targets(queues, found["colleagues"]),
        answers=found["answers"],
    )


def _hours(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    by_person: dict[str, int] = {}
    for entry in entries:
        name = str(entry["person"]["name"])
        by_person[name] = by_person.get(name, 0) + int(entry["minutes"])
    return [(name, formats.lasting(timedelta(minutes=minutes))) for name, minutes in by_person.items()]


def _own_time(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    own = [each for each in entries if each["person"]["id"] == door.me().id]
    return [each | {"length": formats.lasting(timedelta(minutes=int(each["minutes"])))} for each in own]
