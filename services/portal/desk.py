"""The attendants' side menu: the views by whose turn it is, their queues, each with its count; what they saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import g, url_for

from services.portal import chosen, door, page
from services.portal.ask import Refused
from services.portal.chosen import FILTERS, Chosen
from services.portal.tongue import pgettext
from shared.errors import Retryable

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
class Saved:
    """A view that the reader saved. `shows` is what it keeps, `version` what a change of it must name."""

    id: str
    name: str
    shows: Chosen
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The whole menu. `open`: the saved view that is shown, with changes or without."""

    views: list[View]
    queues: list[View]
    saved: list[View]
    open: Saved | None = None


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
        desk_queues=lambda: quietly("workflow", "/v1/queues", limit=100),
        desk_saved=lambda: quietly("ticket", "/v1/saved-filters", **{"as": "attendant"}),
    )
    g.desk_parts = tuple(found.pop(part) for part in ("desk_counts", "desk_queues", "desk_saved"))
    return found


def queues() -> list[dict[str, Any]]:
    """The queues that there are, as the menu found them."""
    found: list[dict[str, Any]] = g.desk_parts[1]
    return found


def quietly(service: str, path: str, part: str = "items", **params: str | int) -> list[dict[str, Any]]:
    """A list that the console can do without."""
    try:
        items: list[dict[str, Any]] = door.asker().get(service, path, **params)[part]
    except (Retryable, Refused):
        return []
    return items


def desk(shown: Chosen | None = None) -> Desk:
    """The menu, with the view that is open marked."""
    counts, queues, kept = g.desk_parts
    me, called = door.me().id, names()
    saved = [_saved(each) for each in kept]
    opened = next((each for each in saved if shown and each.id == shown.saved), None)
    plain = shown if opened is None else None
    return Desk(
        views=[_view(code, called[code], counts, plain) for code in FILTERS],
        queues=[_queue(each, counts, plain.queue if plain else "") for each in queues if me in each.get("members", [])],
        saved=[_kept(each, opened) for each in saved],
        open=opened,
    )


def _saved(item: dict[str, Any]) -> Saved:
    shows = chosen.read({**item["query"], "saved": item["id"]})
    return Saved(id=str(item["id"]), name=str(item["name"]), shows=shows, version=int(item["version"]))


def _view(code: str, name: str, counts: dict[str, Any], shown: Chosen | None) -> View:
    return View(
        code=code,
        name=name,
        address=url_for("attendant.queue", filter=code),
        count=counts.get(code),
        side=SIDES.get(code),
        icon="team" if code == "my_queues" else "list",
        is_chosen=shown is not None and code == shown.filter and not shown.queue,
    )


def _kept(saved: Saved, opened: Saved | None) -> View:
    is_open = opened is not None and saved.id == opened.id
    return View(code=saved.id, name=saved.name, address=saved.shows.address(), icon="star", is_chosen=is_open)


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
