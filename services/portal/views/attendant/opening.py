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

LONGEST = 100


@blueprint.get("/new")
@door.needs("ticket.attend", "ticket.open_for")
def new() -> Response:
    """Who it is for and, once chosen, what it is about and its form."""
    words, person_id = _asked()
    found = desk.gather(
        people=lambda: directory.ask(words),
        types=lambda: drafting.ask_offers(person_id) if person_id else {"items": []},
    )
    person = directory.pick(found["people"], person_id)
    if person is None:
        return page.render(_template(), **_frame(), find=words, people=shapes.several(found["people"], Entry))
    return opening.begin(_for(person, words), drafting.offers_of(found["types"]), **_frame())


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
    found = desk.gather(people=lambda: directory.ask(words), types=lambda: drafting.ask_offers(person_id))
    person = directory.pick(found["people"], person_id)
    if person is None:
        abort(404)
    return _for(person, words), drafting.offers_of(found["types"])


def _for(person: Entry, words: str) -> Opening:
    return Opening(who=person, pages="attendant", given={"find": words, "client": person.id})


def _template() -> str:
    return "attendant/_people.html" if request.headers.get("HX-Target") == "people" else "attendant/new_for.html"


def _frame() -> dict[str, Any]:
    return {"console": "attend", "desk": desk.desk(), "place": "new"}
