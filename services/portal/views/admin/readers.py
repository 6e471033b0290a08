"""Who may see a ticket, and why, as the ticket service says it from its own rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Response

from services.portal import door, filters, page, shapes
from services.portal.shapes import Ticket
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint

CLIENTS: Final = ("author", "client", "guardian", "shared", "organisation")
WORKERS: Final = ("holds", "stands_in", "has_held", "leads", "opened")


@dataclass(frozen=True, slots=True)
class Seer:
    """Somebody who sees it, and why, in sentences."""

    id: str
    name: str
    why: list[str]


@blueprint.get("/tickets/<uuid:ticket_id>/readers")
@door.needs("people.manage")
def readers(ticket_id: str) -> Response:
    """Everybody who may see a ticket now, by what lets them."""
    path = f"/v1/tickets/{ticket_id}"
    found = page.gather(
        ticket=lambda: door.asker().get("ticket", path),
        pages=lambda: list(frame.pages("ticket", f"{path}/readers")),
    )
    ticket = shapes.one(found["ticket"], Ticket)
    items = [each for answer in found["pages"] for each in answer["items"]]
    return frame.render(
        "admin/readers.html",
        "",
        ticket=ticket,
        groups=_groups(items, ticket),
        count=len(items),
        is_confidential=found["pages"][0]["is_confidential"],
    )


def _groups(items: list[dict[str, Any]], ticket: Ticket) -> list[tuple[str, str, list[Seer]]]:
    """The people by the side from which they see it: each group with its mark, its name and its people."""
    names = (
        (CLIENTS, "client", gettext("On the client's side")),
        (WORKERS, "attendant", gettext("Who works on it, or did")),
        ((), "nobody", gettext("By what their profile lets them read")),
    )
    grouped: list[tuple[str, str, list[Seer]]] = []
    for kinds, side, name in names:
        chosen = [each for each in items if _belongs(each, kinds)]
        grouped.append((side, name, sorted((_seer(each, ticket) for each in chosen), key=lambda seer: seer.name)))
    return [each for each in grouped if each[2]]


def _belongs(item: dict[str, Any], kinds: tuple[str, ...]) -> bool:
    """Each person is in one group only: the first that one of their reasons belongs to."""
    theirs = {why["kind"] for why in item["reasons"]}
    if not kinds:
        return theirs.isdisjoint((*CLIENTS, *WORKERS))
    return not theirs.isdisjoint(kinds) and (kinds is CLIENTS or theirs.isdisjoint(CLIENTS))


def _seer(item: dict[str, Any], ticket: Ticket) -> Seer:
    kinds = {why["kind"] for why in item["reasons"]}
    told = [why for why in item["reasons"] if why["kind"] != "has_held" or "holds" not in kinds]
    return Seer(str(item["person"]["id"]), str(item["person"]["name"]), [_words(why, ticket) for why in told])


def _words(why: dict[str, Any], ticket: Ticket) -> str:
    """One reason as a sentence's end after the person's name."""
    profiles = ", ".join(str(each["name"]) for each in why["profiles"])
    queues = ", ".join(str(each["name"]) for each in why["queues"])
    words: dict[str, Callable[[], str]] = {
        "author": lambda: gettext("is writing it"),
        "client": lambda: gettext("it is their request"),
        "guardian": lambda: gettext("is a guardian of %(name)s", name=ticket.client.name),
        "shared": lambda: gettext("it is shared with them until %(when)s", when=filters.said_when(why["expires_at"])),
        "organisation": lambda: gettext(
            "sees the requests of their whole organisation, by the profile %(profiles)s", profiles=profiles
        ),
        "holds": lambda: (
            gettext("is in the queue %(queues)s, which holds it", queues=queues)
            if queues
            else gettext("holds it now, or decides on it")
        ),
        "has_held": lambda: (
            gettext("is in the queue %(queues)s, which held it before", queues=queues)
            if queues
            else gettext("held it before")
        ),
        "stands_in": lambda: gettext("stands in for who holds it, who is absent"),
        "leads": lambda: gettext("is the superior of who holds it"),
        "opened": lambda: gettext("opened it for the client"),
        "scope": lambda: gettext("reads requests of this type, by the profile %(profiles)s", profiles=profiles),
        "reads_all": lambda: gettext("reads every request, by the profile %(profiles)s", profiles=profiles),
    }
    return words[why["kind"]]() if why["kind"] in words else str(why["kind"])
