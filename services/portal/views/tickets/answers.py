"""An answer written beforehand, put into the message that is being written on a ticket."""

from __future__ import annotations

from flask import Response, jsonify, request

from services.portal import door
from services.portal.views.tickets import show
from services.portal.views.tickets.blueprint import blueprint


@blueprint.get("/<uuid:ticket_id>/answers/<uuid:answer_id>")
@door.needs("ticket.attend")
def filled(ticket_id: str, answer_id: str) -> Response:
    """The answer's text for this ticket, for the script that puts it where the cursor is."""
    return jsonify(body=_fill(ticket_id, answer_id))


@blueprint.post("/<uuid:ticket_id>/answers/<uuid:answer_id>")
@door.needs("ticket.attend")
def put(ticket_id: str, answer_id: str) -> Response:
    """The page with the answer after what was typed, where no script puts it there."""
    texts = (request.form.get("body", "").replace("\r\n", "\n").rstrip(), _fill(ticket_id, answer_id))
    begun = {"body": "\n\n".join(filter(None, texts)), "visibility": request.form.get("visibility", "public")}
    return show.shown(ticket_id, begun=begun)


def _fill(ticket_id: str, answer_id: str) -> str:
    return str(door.asker().get("ticket", f"/v1/tickets/{ticket_id}/canned-answers/{answer_id}")["body"])
