"""A new request of one's own: what it is about, then the form that its type asks for."""

from __future__ import annotations

from flask import Response
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, drafting, page
from services.portal.offers import Offer
from services.portal.opening import Opening
from services.portal.views.client.blueprint import blueprint
from services.portal.views.tickets import opening


@blueprint.get("/tickets/new")
@door.needs("portal.client_online", "ticket.open")
def new() -> Response:
    """The choice of a type and, once chosen, its form."""
    return opening.begin(_own(), _offers())


@blueprint.post("/tickets/new")
@door.needs("portal.client_online", "ticket.open")
def create() -> BaseResponse:
    """Save the draft or submit it."""
    return opening.create(_own(), _offers())


@blueprint.post("/tickets/new/fields")
@door.needs("portal.client_online", "ticket.open")
def fields() -> Response:
    """The parameters again after one on which others depend has changed."""
    return opening.fields(_own())


def _own() -> Opening:
    return Opening(who=door.me(), pages="client")


def _offers() -> list[Offer]:
    return drafting.offers_of(page.gather(types=drafting.ask_offers)["types"])
