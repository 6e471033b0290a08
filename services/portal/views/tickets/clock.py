"""Why the deadline of a ticket is when it is: as a part of its page, or as a page of its own."""

from __future__ import annotations

from flask import Response

from services.portal import door, page, shapes, why_due
from services.portal.shapes import Ticket
from services.portal.views.tickets.blueprint import blueprint
from services.portal.why_due import Told


@blueprint.get("/<uuid:ticket_id>/clock")
@door.signed_in
def clock(ticket_id: str) -> Response:
    """The clocks of a ticket, interval by interval: which counted, which did not, and why."""
    ask, path = door.asker(), f"/v1/tickets/{ticket_id}"
    if page.is_part():
        told = shapes.one(ask.get("ticket", f"{path}/clock"), Told)
        return page.render("attendant/_clock.html", clocks=_explained(told))
    found = page.gather(ticket=lambda: ask.get("ticket", path), told=lambda: ask.get("ticket", f"{path}/clock"))
    return page.render(
        "client/clock.html",
        section="tickets",
        ticket=shapes.one(found["ticket"], Ticket),
        clocks=_explained(shapes.one(found["told"], Told)),
    )


def _explained(told: Told) -> list[why_due.Explained] | None:
    return None if told.clocks is None else why_due.explain(told.clocks)
