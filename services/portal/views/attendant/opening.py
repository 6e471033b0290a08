"""Opening a request on behalf of a client: find them, then the same form as theirs."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

from services.portal import desk, directory, door, drafting, page, shapes
from services.portal.directory import Entry
from services.portal.offers import Offer
from services.portal.opening import Opening
from services.portal.views.attendant.blueprint import blueprint
from services.portal.views.tickets import opening
from shared.ids import is_id

LONGEST = 100


@blueprint.get("/new")
@door.needs("ticket.attend", "ticket.open_for")
def new() -> Response:
    """Who it is for and, once chosen, what it is about and its form."""
    words, person_id = _asked()
    found = _ask(words, person_id)
    whose = _for(found, words, person_id)
    if whose is None:
        return page.render(_template(), **_frame(), find=words, people=shapes.several(found["people"], Entry))
    return opening.begin(whose, drafting.offers_of(found["types"]), **_frame())


@blueprint.post("/new")
@door.needs("ticket.attend", "ticket.open_for")
def create() -> BaseResponse:
    """Save the draft or submit it; the client's column of the first stage judges it all the same."""
    whose, offers = _sent()
    return opening.create(whose, offers, **_frame())


@blueprint.post("/new/fields")
@door.needs("ticket.attend", "ticket.open_for")
def fields() -> Response:
    """The parameters again after one on which others depend has changed."""
    return opening.fields(_sent()[0])


def _asked() -> tuple[str, str]:
    return request.values.get("find", "").strip()[:LONGEST], request.values.get("client", "")


def _sent() -> tuple[Opening, list[Offer]]:
    """For whom the form that was sent is, and what they may open."""
    words, person_id = _asked()
    found = _ask(words, person_id)
    whose = _for(found, words, person_id)
    if whose is None:
        abort(404)
    return whose, drafting.offers_of(found["types"])


def _ask(words: str, person_id: str) -> dict[str, Any]:
    """The people of that name, what that one may open, and the ticket that it is made from."""
    origin = request.values.get("from", "")
    return desk.gather(
        people=lambda: directory.ask(words),
        types=lambda: drafting.ask_offers(person_id) if person_id else {"items": []},
        origin=lambda: drafting.load_ticket(origin) if is_id(origin) else None,
    )


def _for(found: dict[str, Any], words: str, person_id: str) -> Opening | None:
    person, origin = directory.pick(found["people"], person_id), found["origin"]
    if person is None:
        return None
    given = {"find": words, "client": person.id} | ({"from": origin.id} if origin else {})
    return Opening(who=person, pages="attendant", given=given, origin=origin)


def _template() -> str:
    return "attendant/_people.html" if request.headers.get("HX-Target") == "people" else "attendant/new_for.html"


def _frame() -> dict[str, Any]:
    return {"console": "attend", "desk": desk.desk(), "place": "new"}
