"""The client's home: what needs them first, then everything by the five filters."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request

from services.portal import door, page, rows, shapes, words
from services.portal.shapes import Ticket
from services.portal.tongue import gettext, ngettext, pgettext
from services.portal.views.client.blueprint import blueprint
from services.portal.words import Reader
from shared import clock

FILTERS: Final = ("all", "my_turn", "awaiting", "concluded", "cancelled")
SCOPES: Final = ("own", "shared", "dependants")
ORDERS: Final = ("newest", "waiting", "due")
MOST_ASKS: Final = 6
MINE: Final = {"as": "client", "filter": "my_turn", "order": "due", "limit": str(MOST_ASKS)}
"""What needs the client: of more than fit at the top, those that are due first."""


@blueprint.get("/tickets")
@door.needs("portal.client_online")
def home() -> Response:
    """The page, or just its list or its next rows where htmx asks for a part."""
    chosen = _chosen()
    ask = door.asker()
    found = page.gather(
        listed=lambda: ask.get("ticket", "/v1/tickets", **_wanted(chosen)),
        counts=lambda: ask.get("ticket", "/v1/tickets/counts", **{"as": "client", "scope": _scope(chosen)}),
        mine=lambda: ask.get("ticket", "/v1/tickets", **MINE),
    )
    reader, now = page.reader("client"), clock.now()
    return page.render(
        _template(),
        section="tickets",
        chosen=chosen,
        filters=_filters(found["counts"], chosen),
        scopes=_scopes(),
        orders=_orders(),
        rows=rows.rows(shapes.several(found["listed"], Ticket), reader, now),
        next_cursor=found["listed"].get("next_cursor"),
        asks=_asks(shapes.several(found["mine"], Ticket), reader),
        hello=page.greeting(now),
        summary=_summary(found["counts"]),
    )


def _template() -> str:
    target = request.headers.get("HX-Target", "")
    return {"more": "client/_rows.html", "tickets": "client/_list.html", "home": "client/_home.html"}.get(
        target, "client/home.html"
    )


def _chosen() -> dict[str, str]:
    """What the address asks for. What words find comes newest first, whatever the order of the whole list is."""
    asked = request.args
    words = asked.get("q", "").strip()[:200]
    return {
        "filter": asked.get("filter", "") if asked.get("filter") in FILTERS else "all",
        "scope": asked.get("scope", "") if asked.get("scope") in SCOPES else "own",
        "order": asked.get("order", "") if asked.get("order") in ORDERS and not words else "newest",
        "q": words,
        "cursor": asked.get("cursor", ""),
    }


def _wanted(chosen: dict[str, str]) -> dict[str, str | None]:
    return {
        "as": "client",
        "filter": chosen["filter"],
        "scope": _scope(chosen),
        "order": chosen["order"],
        "q": chosen["q"] or None,
        "cursor": chosen["cursor"] or None,
        "turns": "true",
    }


def _scope(chosen: dict[str, str]) -> str | None:
    return chosen["scope"] if chosen["scope"] != "own" else None


def _filters(counts: dict[str, int], chosen: dict[str, str]) -> list[dict[str, Any]]:
    names = {
        "all": pgettext("client filter", "All"),
        "my_turn": pgettext("client filter", "My turn"),
        "awaiting": pgettext("client filter", "Awaiting return"),
        "concluded": pgettext("client filter", "Concluded"),
        "cancelled": pgettext("client filter", "Cancelled"),
    }
    return [
        {"code": code, "name": names[code], "count": counts.get(code, 0), "is_chosen": code == chosen["filter"]}
        for code in FILTERS
    ]


def _scopes() -> list[tuple[str, str]]:
    return [("own", gettext("mine")), ("shared", gettext("shared with me")), ("dependants", gettext("my dependants'"))]


def _orders() -> list[tuple[str, str]]:
    return [
        ("newest", gettext("newest first")),
        ("waiting", gettext("longest waiting first")),
        ("due", gettext("deadline first")),
    ]


def _asks(tickets: list[Ticket], reader: Reader) -> list[dict[str, Any]]:
    """What needs the client, those with a deadline first, drafts last."""
    ordered = sorted(
        tickets, key=lambda each: (each.status == "draft", each.due_at is None, each.due_at or each.updated_at)
    )
    return [_ask(ticket, reader) for ticket in ordered]


def _ask(ticket: Ticket, reader: Reader) -> dict[str, Any]:
    if ticket.status == "draft":
        text, button = gettext("Complete it and send it when you are ready."), gettext("Go on writing")
    elif ticket.may("decide"):
        is_result = ticket.stage is not None and ticket.stage.approves == "result"
        text = (
            gettext("See what was done and say whether it is right.")
            if is_result
            else gettext("Read what will be done and say whether you agree.")
        )
        button = gettext("Read and decide")
    else:
        text, button = gettext("Something is needed from you to go on."), gettext("Answer")
    return {"ticket": ticket, "baton": words.baton(ticket, reader), "text": text, "button": button}


def _summary(counts: dict[str, int]) -> str:
    mine, moving = counts.get("my_turn", 0), counts.get("awaiting", 0)
    if not counts.get("all"):
        return gettext("You have no requests yet. The first one takes two minutes.")
    first = (
        ngettext("It is your turn in %(num)d request.", "It is your turn in %(num)d requests.", mine)
        if mine
        else gettext("Nothing waits for you.")
    )
    if not moving:
        return first
    second = ngettext(
        "%(num)d other is moving without needing you.", "%(num)d others are moving without needing you.", moving
    )
    return f"{first} {second}"
