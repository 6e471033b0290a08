"""The attendants' queue: whose turn it is, as a table that the keyboard walks, with a preview beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Response, request

from services.portal import chosen, desk, door, narrowing, page, rows, shapes, sheet, words
from services.portal.chosen import Chosen
from services.portal.shapes import Message, Spell, Step, Ticket
from services.portal.tongue import gettext
from services.portal.views.attendant.blueprint import blueprint
from services.portal.words import Reader
from shared.ids import new_id

LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Naming:
    """A name for a view that was refused: what was typed, and why."""

    name: str
    texts: list[str]


@blueprint.get("")
@door.needs_any("ticket.attend", "ticket.read_all")
def queue() -> Response:
    """The table, or its next rows where htmx asks for a part."""
    return table()


def table(results: list[dict[str, Any]] | None = None, status: int = 200, naming: Naming | None = None) -> Response:
    """The page; `results` are what a bulk action did with each ticket, `naming` a name that was refused."""
    shown = chosen.read(request.args)
    ask = door.asker()
    found = desk.gather(
        listed=lambda: ask.get("ticket", "/v1/tickets", **shown.wanted(), limit=LIMIT),
        choices=lambda: desk.quietly("ticket", "/v1/tickets/choices", "types"),
    )
    listed = found["listed"]
    reader = page.reader("attendant")
    menu = desk.desk(shown)
    tickets = rows.ordered(shapes.several(listed, Ticket), shown.order)
    return page.render(
        {"more": "attendant/_rows.html", "queue": "attendant/_queue.html"}.get(
            request.headers.get("HX-Target", ""), "attendant/queue.html"
        ),
        status=status,
        console="attend",
        desk=menu,
        chosen=shown,
        heading=_heading(menu, shown, listed),
        orders=_orders(),
        groups=narrowing.groups(found["choices"]),
        priorities=_priorities(),
        rows=[_row(ticket, reader) for ticket in tickets],
        next_cursor=listed.get("next_cursor"),
        results=results or [],
        decides=any(ticket.may("decide") for ticket in tickets),
        naming=naming,
        key=new_id(),
    )


@blueprint.get("/<uuid:ticket_id>/preview")
@door.needs_any("ticket.attend", "ticket.read_all")
def preview(ticket_id: str) -> Response:
    """One ticket beside the table: whose turn, its way, the last message and the parameters."""
    ask, path = door.asker(), f"/v1/tickets/{ticket_id}"
    found = ask.together(
        ticket=lambda: ask.get("ticket", path),
        history=lambda: ask.get("ticket", f"{path}/history", limit=100),
        messages=lambda: ask.get("ticket", f"{path}/messages", limit=100),
    )
    ticket = shapes.one(found["ticket"], Ticket)
    made = sheet.make(
        ticket,
        page.reader("attendant"),
        door.versions().find(ticket.type.code, ticket.flow_version),
        steps=shapes.several(found["history"], Step),
        spells=list[Spell](),
        messages=shapes.several(found["messages"], Message),
        files=[],
        understandings=[],
    )
    said = [each for each in made.said if not each.passed]
    return page.render("attendant/_preview.html", sheet=made, last=said[-1] if said else None)


def _heading(menu: desk.Desk, shown: Chosen, listed: dict[str, Any]) -> desk.View:
    """The view that is open; of what is narrowed further only what is all here is counted."""
    marked = next((view for view in (*menu.saved, *menu.queues, *menu.views) if view.is_chosen), menu.views[0])
    if not any((shown.q, shown.type, shown.group, shown.priority, menu.open)):
        return marked
    return replace(marked, count=None if listed.get("next_cursor") or shown.cursor else len(listed["items"]))


def _orders() -> list[tuple[str, str]]:
    return [
        ("due", gettext("deadline first")),
        ("waiting", gettext("longest waiting first")),
        ("newest", gettext("newest first")),
    ]


def _priorities() -> list[tuple[str, str]]:
    return [
        ("urgent", gettext("Urgent")),
        ("high", gettext("High priority")),
        ("normal", gettext("Usual priority")),
        ("low", gettext("Low priority")),
    ]


def _row(ticket: Ticket, reader: Reader) -> dict[str, Any]:
    return {
        "ticket": ticket,
        "baton": replace(words.baton(ticket, reader, since=True), mine=False),
        "stage": ticket.stage.name if ticket.stage else "",
        "priority": priority(ticket.priority),
    }


def priority(code: str) -> tuple[str, str] | None:
    """The mark and the words of a priority that is not the usual one."""
    return {
        "urgent": ("▲▲", gettext("Urgent")),
        "high": ("▲", gettext("High priority")),
        "low": ("▽", gettext("Low priority")),
    }.get(code)
