"""Tickets: lists and counts, opening, reading, changing, submitting, advancing."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from services.ticket import schemas
from services.ticket.api import waiting
from services.ticket.api.places import list_page, list_place, ticket_at
from services.ticket.commands.advancing import advance
from services.ticket.commands.deleting import delete
from services.ticket.commands.editing import edit
from services.ticket.commands.opening import Request, open_ticket
from services.ticket.commands.submitting import submit
from services.ticket.queries import counts, lists
from services.ticket.queries import tickets as queries
from services.ticket.queries.filing import Asked, ticket_with_filing
from services.ticket.rules.answers import TicketShown
from services.ticket.schemas.reports import Scope
from shared.http import blueprint, command, limit, query, signed_in

TICKET: Final = waiting.TICKET
TICKETS: Final = schemas.Tickets()
blp = blueprint("tickets", __name__, description="Tickets")


@blp.route("/tickets")
@signed_in
@blp.arguments(schemas.ListQuery(), location="query")
@blp.response(200, schemas.Tickets)
def list_tickets(asked: dict[str, Any]) -> Response:
    """The tickets of a filter, newest first; `as` says as whom they are read, `q` searches."""
    asked_for = lists.Asked(
        side=asked["as_"],
        filter=asked["filter"],
        scope=asked["scope"],
        words=asked["q"],
        type=asked["type"],
        group=asked["group"],
        priority=asked["priority"],
        queue=asked["queue"],
        holder=asked["holder"],
        client=asked["client"],
        order=asked["order"],
        with_turns=asked["turns"],
    )
    after, most = list_place(), limit()
    return query(lambda reader, actor: list_page(lists.page(reader, actor, asked_for, after=after, most=most)), TICKETS)


@blp.route("/tickets/counts")
@signed_in
@blp.arguments(schemas.CountsQuery(), location="query")
@blp.response(200, schemas.Counts)
def count_tickets(asked: dict[str, Any]) -> Response:
    """How many tickets each filter shows."""
    return query(
        lambda reader, actor: counts.counts(reader, actor, side=asked["as_"], scope=asked["scope"]), schemas.Counts
    )


@blp.route("/tickets/choices")
@signed_in
@blp.response(200, Scope)
def choices() -> Response:
    """By what the attendants' lists may be narrowed: the types whose tickets I may see, and the queues."""
    return query(lists.choices, Scope)


@blp.route("/tickets", methods=["POST"])
@signed_in
@blp.arguments(schemas.OpenRequest())
@blp.response(202, schemas.Ticket)
def open_one(body: dict[str, Any]) -> Response:
    """Make a draft (201), or with `submit` ask the flow to take it (202)."""
    request = Request(**body)
    return command(
        lambda tx: open_ticket(tx, request),
        TICKET,
        status=status_of,
        location=ticket_at,
        after=waiting.after,
        replay=waiting.replay,
    )


def status_of(shown: TicketShown) -> int:
    """201 for what is made, 202 for what the flow decides."""
    return 201 if shown.pending is None else 202


@blp.route("/tickets/<uuid:ticket_id>")
@signed_in
@blp.arguments(schemas.FilingQuery(), location="query")
@blp.response(200, schemas.TicketFiled)
def read_ticket(asked: dict[str, Any], ticket_id: str) -> Response:
    """A ticket, whole, as its reader may see it; with `filing` where anything of its files is asked."""
    if not any(asked.values()):
        return query(lambda reader, actor: queries.ticket(reader, actor, ticket_id), TICKET)
    about = Asked(tuple(asked["file_parameter"]), asked["file_id"], asked["message_id"])
    return query(lambda reader, actor: ticket_with_filing(reader, actor, ticket_id, about), TICKET)


@blp.route("/tickets/<uuid:ticket_id>", methods=["PATCH"])
@signed_in
@blp.arguments(schemas.TicketChanges())
@blp.response(200, schemas.Ticket)
def change_ticket(body: dict[str, Any], ticket_id: str) -> Response:
    """Change what it says (JSON Merge Patch): texts by the client, values and priority by who has the turn."""
    return command(lambda tx: edit(tx, ticket_id, body), TICKET)


@blp.route("/tickets/<uuid:ticket_id>", methods=["DELETE"])
@signed_in
@blp.response(204)
def delete_ticket(ticket_id: str) -> Response:
    """Make a cancelled ticket a tombstone."""
    return command(lambda tx: delete(tx, ticket_id), None, status=204)


@blp.route("/tickets/<uuid:ticket_id>/submit", methods=["POST"])
@signed_in
@blp.arguments(schemas.Nothing())
@blp.response(202, schemas.Ticket)
def submit_ticket(body: dict[str, Any], ticket_id: str) -> Response:
    """Ask the flow to take a draft."""
    return operate(lambda tx: submit(tx, ticket_id))


@blp.route("/tickets/<uuid:ticket_id>/advance", methods=["POST"])
@signed_in
@blp.arguments(schemas.AdvanceRequest())
@blp.response(202, schemas.Ticket)
def advance_ticket(body: dict[str, Any], ticket_id: str) -> Response:
    """Take a transition of the present stage."""
    return operate(lambda tx: advance(tx, ticket_id, **body))


def operate(verb: Any) -> Response:
    """Run a verb whose outcome the flow decides: 202, or the outcome itself for who prefers to wait."""
    return command(verb, TICKET, status=202, location=ticket_at, after=waiting.after, replay=waiting.replay)
