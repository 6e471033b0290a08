"""The attendants' queue: whose turn it is, as a table that the keyboard walks, with a preview beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from flask import Response, request

from services.portal import desk, door, page, rows, shapes, sheet, words
from services.portal.shapes import Message, Spell, Step, Ticket
from services.portal.tongue import gettext
from services.portal.views.attendant.blueprint import blueprint
from services.portal.words import Reader
from shared.ids import new_id

ORDERS: Final = ("due", "newest", "waiting")
LIMIT: Final = 100


@blueprint.get("")
@door.needs_any("ticket.attend", "ticket.read_all")
def queue() -> Response:
    """The table, or its next rows where htmx asks for a part."""
    return table()


def table(results: list[dict[str, Any]] | None = None, status: int = 200) -> Response:
    """The page; `results` are what a bulk action did with each ticket."""
    chosen = _chosen()
    ask = door.asker()
    listed = desk.gather(listed=lambda: ask.get("ticket", "/v1/tickets", **_wanted(chosen)))["listed"]
    reader = page.reader("attendant")
    menu = desk.desk(chosen["filter"], chosen["queue"])
    tickets = _held_by(shapes.several(listed, Ticket), chosen["queue"])
    return page.render(
        {"more": "attendant/_rows.html", "queue": "attendant/_queue.html"}.get(
            request.headers.get("HX-Target", ""), "attendant/queue.html"
        ),
        status=status,
        console="attend",
        desk=menu,
        chosen=chosen,
        heading=_heading(menu, chosen),
        orders=_orders(),
        rows=[_row(ticket, reader) for ticket in rows.ordered(tickets, chosen["order"])],
        next_cursor=listed.get("next_cursor"),
        results=results or [],
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


def _chosen() -> dict[str, str]:
    asked = request.args
    return {
        "filter": asked.get("filter", "") if asked.get("filter") in desk.FILTERS else "my_turn",
        "order": asked.get("order", "") if asked.get("order") in ORDERS else "due",
        "queue": asked.get("queue", "")[:60],
        "type": asked.get("type", "")[:60],
        "q": asked.get("q", "").strip()[:200],
        "cursor": asked.get("cursor", ""),
    }


def _wanted(chosen: dict[str, str]) -> dict[str, str | int | None]:
    wanted: dict[str, str | int | None] = {name: chosen[name] or None for name in ("q", "type", "cursor")}
    return wanted | {"as": "attendant", "filter": chosen["filter"], "limit": LIMIT}


def _held_by(tickets: list[Ticket], queue: str) -> list[Ticket]:
    """Those that the queue holds, where one is chosen."""
    held = [each for each in tickets if each.turn.holder and each.turn.holder.queue and each.turn.holder.id == queue]
    return held if queue else tickets


def _heading(menu: desk.Desk, chosen: dict[str, str]) -> desk.View:
    marked = [view for view in (*menu.queues, *menu.views) if view.is_chosen]
    return marked[0] if marked else menu.views[0]


def _orders() -> list[tuple[str, str]]:
    return [
        ("due", gettext("deadline first")),
        ("waiting", gettext("longest waiting first")),
        ("newest", gettext("newest first")),
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
