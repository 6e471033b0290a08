"""The attendants' side menu: the views by whose turn it is, their queues, each with its count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import g, url_for

from services.portal import door, page
from services.portal.ask import Refused
from services.portal.tongue import pgettext
from shared.errors import Retryable

FILTERS: Final = (
    "my_turn",
    "my_queues",
    "awaiting_client",
    "awaiting_third_party",
    "concluded",
    "cancelled",
    "all",
)
SIDES: Final = {
    "my_turn": "attendant",
    "awaiting_client": "client",
    "awaiting_third_party": "third_party",
    "concluded": "nobody",
    "cancelled": "nobody",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An entry of the menu. `side` is the baton beside it, else `icon`."""

    code: str
    name: str
    address: str
    count: int | None = None
    side: str | None = None
    icon: str = "list"
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The whole menu."""

    views: list[View]
    queues: list[View]


def names() -> dict[str, str]:
    """What the views are called."""
    return {
        "my_turn": pgettext("attendant filter", "My turn"),
        "my_queues": pgettext("attendant filter", "My queues"),
        "awaiting_client": pgettext("attendant filter", "With the client"),
        "awaiting_third_party": pgettext("attendant filter", "With third parties"),
        "concluded": pgettext("attendant filter", "Concluded"),
        "cancelled": pgettext("attendant filter", "Cancelled"),
        "all": pgettext("attendant filter", "All"),
    }


def gather(**questions: Callable[[], Any]) -> dict[str, Any]:
    """The answers to what a page of the console asks, and beside them what the menu shows."""
    ask = door.asker()
    found = page.gather(
        **questions,
        desk_counts=lambda: ask.get("ticket", "/v1/tickets/counts", **{"as": "attendant"}),
        desk_queues=lambda: _quietly("workflow", "/v1/queues"),
    )
    g.desk_parts = (found.pop("desk_counts"), found.pop("desk_queues"))
    return found


def queues() -> list[dict[str, Any]]:
    """The queues that there are, as the menu found them."""
    found: list[dict[str, Any]] = g.desk_parts[1]
    return found


def _quietly(service: str, path: str) -> list[dict[str, Any]]:
    """A list that the menu can do without."""
    try:
        items: list[dict[str, Any]] = door.asker().get(service, path, limit=100)["items"]
    except (Retryable, Refused):
        return []
    return items


def desk(chosen: str = "", queue: str = "") -> Desk:
    """The menu, with the view that is open marked."""
    counts, queues = g.desk_parts
    me = door.me().id
    called = names()
    return Desk(
        views=[_view(code, called[code], counts, chosen if not queue else "") for code in FILTERS],
        queues=[_queue(each, counts, queue) for each in queues if me in each.get("members", [])],
    )


def _view(code: str, name: str, counts: dict[str, Any], chosen: str) -> View:
    return View(
        code=code,
        name=name,
        address=url_for("attendant.queue", filter=code),
        count=counts.get(code),
        side=SIDES.get(code),
        icon="team" if code == "my_queues" else "list",
        is_chosen=code == chosen,
    )


def _queue(queue: dict[str, Any], counts: dict[str, Any], chosen: str) -> View:
    code = str(queue["code"])
    return View(
        code=code,
        name=str(queue["name"]),
        address=url_for("attendant.queue", filter="my_queues", queue=code),
        count=(counts.get("queues") or {}).get(code),
        icon="team",
        is_chosen=code == chosen,
    )
