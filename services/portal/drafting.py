"""Reading a request's form and showing it again: what a new request and a draft have in common."""

from __future__ import annotations

from typing import Any

from flask import abort, request

from services.portal import directory, door, request_form, shapes, speech
from services.portal.ask import Refused
from services.portal.directory import Entry
from services.portal.offers import Offer
from services.portal.request_form import RequestForm
from services.portal.shapes import Me, Ticket
from services.portal.tongue import gettext
from shared.catalog.definitions import TypeVersion
from shared.errors import Retryable


def offers_of(answer: Any) -> list[Offer]:
    """The types that the reader may open, in workflow's answer."""
    return shapes.several(answer, Offer)


def chosen(found: list[Offer], code: str | None) -> Offer | None:
    """The type of that code among those."""
    return next((each for each in found if each.code == code), None)


def ask_offers(client: str | None = None) -> Any:
    """Ask for the types that the reader may open, or that they may open for `client`."""
    return door.asker().get("workflow", "/v1/types", limit=100, client=client)


def load_offer(code: str, client: str | None = None) -> Offer:
    """The type of that code, of those that the reader may open (for `client`); else there is nothing here (404)."""
    offer = chosen(offers_of(ask_offers(client)), code)
    if offer is None:
        abort(404)
    return offer


def load_version(code: str, number: int | None) -> TypeVersion:
    """A published version. Raises Retryable where workflow cannot be asked."""
    found = door.versions().find(code, number)
    if found is None:
        raise Retryable("The workflow service cannot be reached now")
    return found


def load_ticket(ticket_id: str) -> Ticket:
    """A ticket as the reader may see it. Raises Refused where there is none for them."""
    return shapes.one(door.asker().get("ticket", f"/v1/tickets/{ticket_id}"), Ticket)


def body_of(version: TypeVersion) -> dict[str, Any]:
    """What the form says, in wire form."""
    return {
        "subject": request.form.get("subject", "").strip(),
        "description": request.form.get("description", "").replace("\r\n", "\n").strip(),
        "parameters": request_form.typed_values(request.form, version, request_form.first_column(version)),
    }


def refilled(
    who: Me | Entry, code: str, version: TypeVersion, body: dict[str, Any], refused: Refused | None
) -> RequestForm:
    """The form of `who`'s request as it was typed, with what was refused."""
    about = request_form.facts(who, code)
    return request_form.fill(
        version,
        request_form.first_access(version, body["parameters"], about),
        body["parameters"],
        speech.language(),
        subject=body["subject"],
        description=body["description"],
        refused=refused,
    )


def whose(ticket: Ticket) -> Me | Entry:
    """The client of a draft: the reader, or whom the reader writes it for."""
    me = door.me()
    return me if ticket.client.id == me.id else directory.recall(ticket.client.name, ticket.client.id)


def said(submits: bool, ticket: Ticket) -> str:
    """What the next page says once."""
    if not submits:
        return gettext("The draft is saved.")
    if ticket.client.id != door.me().id:
        return gettext("Sent for %(name)s.", name=ticket.client.name)
    return gettext("Sent. We tell you when it is your turn again.")
