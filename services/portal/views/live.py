"""What keeps open pages fresh: the right to listen to the live stream, and who else has a ticket open."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from services.portal import door, page, shapes
from services.portal.ask import Refused
from services.portal.shapes import Person
from shared.errors import Retryable
from shared.ids import is_id

blueprint = Blueprint("live", __name__)

MOST_TICKETS = 100


@blueprint.post("/live")
@door.signed_in
def listen() -> Response:
    """The address at which this page may listen once: to the tickets that it shows, and to what the reader is told."""
    asked = request.get_json(silent=True)
    shown = asked.get("tickets", []) if isinstance(asked, dict) else []
    tickets = [each for each in shown if isinstance(each, str) and is_id(each)][:MOST_TICKETS]
    answer = door.asker().send("POST", "notify", "/v1/stream-tickets", {"tickets": tickets}).body
    return jsonify(stream=answer["stream"], tickets=answer["tickets"])


@blueprint.post("/tickets/<uuid:ticket_id>/presence")
@door.needs_any("ticket.attend", "ticket.read_all")
def presence(ticket_id: str) -> Response:
    """Say that the reader has the ticket open, and show who else has."""
    try:
        answer = door.asker().send("POST", "notify", "/v1/presence", {"ticket_id": ticket_id}).body
    except (Refused, Retryable):
        return Response(status=204)
    people = [shapes.one(each, Person) for each in answer["people"]]
    return page.render("attendant/_present.html", people=[each for each in people if each.id != door.me().id])
