"""The working day: time entries and templates."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.ticket import schemas
from services.ticket.api.places import page, place
from services.ticket.commands import working
from services.ticket.queries import discussion
from services.ticket.queries import tickets as queries
from shared.http import blueprint, command, limit, query, signed_in

blp = blueprint("working", __name__, description="Time entries and templates")


@blp.route("/tickets/<uuid:ticket_id>/time-entries")
@signed_in
@blp.response(200, schemas.TimeEntries)
def time_entries(ticket_id: str) -> Response:
    """The time that attendants worked on it, oldest first."""
    after, most = place(), limit()
    return query(
        lambda reader, actor: page(discussion.time_of(reader, actor, ticket_id, after=after, most=most + 1), most),
        schemas.TimeEntries,
    )


@blp.route("/tickets/<uuid:ticket_id>/time-entries", methods=["POST"])
@signed_in
@blp.arguments(schemas.TimeEntryRequest())
@blp.response(201, schemas.TimeEntry)
def log_time(body: dict[str, Any], ticket_id: str) -> Response:
    """Enter time that I worked on it."""
    return command(lambda tx: working.log_time(tx, ticket_id, **body), schemas.TimeEntry, status=201)


@blp.route("/tickets/<uuid:ticket_id>/time-entries/<uuid:entry_id>", methods=["DELETE"])
@signed_in
@blp.response(204)
def remove_time(ticket_id: str, entry_id: str) -> Response:
    """Remove a time entry of my own."""
    return command(lambda tx: working.remove_time(tx, ticket_id, entry_id), None, status=204)


@blp.route("/templates")
@signed_in
@blp.arguments(schemas.TemplatesQuery(), location="query")
@blp.response(200, schemas.Templates)
def templates(asked: dict[str, Any]) -> Response:
    """The templates to start from: those of the types that I may open, and my own."""
    return query(lambda reader, actor: queries.templates_of(reader, actor, asked["type"]), schemas.Templates)


@blp.route("/templates", methods=["POST"])
@signed_in
@blp.arguments(schemas.TemplateRequest())
@blp.response(201, schemas.Template)
def keep_template(body: dict[str, Any]) -> Response:
    """Keep a half-written ticket as a template of my own."""
    type = body.pop("type")
    return command(
        lambda tx: working.keep_template(tx, type=type, given=body),
        schemas.Template,
        status=201,
        location=lambda made: f"/v1/templates/{made.id}",
    )


@blp.route("/templates/<uuid:template_id>")
@signed_in
@blp.response(200, schemas.Template)
def template(template_id: str) -> Response:
    """A template of my own."""
    return query(lambda reader, actor: queries.template(reader, actor, template_id), schemas.Template)


@blp.route("/templates/<uuid:template_id>", methods=["PATCH"])
@signed_in
@blp.arguments(schemas.TemplateChanges())
@blp.response(200, schemas.Template)
def change_template(body: dict[str, Any], template_id: str) -> Response:
    """Change a template of my own."""
    return command(lambda tx: working.change_template(tx, template_id, body), schemas.Template)


@blp.route("/templates/<uuid:template_id>", methods=["DELETE"])
@signed_in
@blp.response(204)
def drop_template(template_id: str) -> Response:
    """Remove a template of my own."""
    return command(lambda tx: working.drop_template(tx, template_id), None, status=204)
