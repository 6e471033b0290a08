"""What people keep to work faster: saved filters, and answers written beforehand."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from services.ticket.api.places import page, place
from services.ticket.commands import canning, saving
from services.ticket.queries import kept
from services.ticket.schemas import kept as schemas
from shared.http import blueprint, command, limit, query, signed_in

blp = blueprint("kept", __name__, description="Saved filters and canned answers")
FILTER: Final = schemas.SavedFilter()
ANSWER: Final = schemas.CannedAnswer()


@blp.route("/saved-filters")
@signed_in
@blp.arguments(schemas.SavedFiltersQuery(), location="query")
@blp.response(200, schemas.SavedFilters)
def saved_filters(asked: dict[str, Any]) -> Response:
    """My own filters; `as` narrows them to those for my lists as client or as attendant."""
    return query(lambda reader, actor: kept.filters_of(reader, actor, asked["side"]), schemas.SavedFilters)


@blp.route("/saved-filters", methods=["POST"])
@signed_in
@blp.arguments(schemas.SavedFilterRequest())
@blp.response(201, schemas.SavedFilter)
def save_filter(body: dict[str, Any]) -> Response:
    """Keep a filter of my own."""
    return command(
        lambda tx: saving.save_filter(tx, **body),
        FILTER,
        status=201,
        location=lambda made: f"/v1/saved-filters/{made.id}",
    )


@blp.route("/saved-filters/<uuid:filter_id>")
@signed_in
@blp.response(200, schemas.SavedFilter)
def saved_filter(filter_id: str) -> Response:
    """A filter of my own."""
    return query(lambda reader, actor: kept.filter_of(reader, actor, filter_id), FILTER)


@blp.route("/saved-filters/<uuid:filter_id>", methods=["PATCH"])
@signed_in
@blp.arguments(schemas.SavedFilterChanges())
@blp.response(200, schemas.SavedFilter)
def change_filter(body: dict[str, Any], filter_id: str) -> Response:
    """Change a filter of my own."""
    return command(lambda tx: saving.change_filter(tx, filter_id, body), FILTER)


@blp.route("/saved-filters/<uuid:filter_id>", methods=["DELETE"])
@signed_in
@blp.response(204)
def drop_filter(filter_id: str) -> Response:
    """Remove a filter of my own."""
    return command(lambda tx: saving.drop_filter(tx, filter_id), None, status=204)


@blp.route("/canned-answers")
@signed_in
@blp.response(200, schemas.CannedAnswers)
def canned_answers() -> Response:
    """The answers that I may use, oldest first: the house's and my own."""
    after, most = place(), limit()
    return query(
        lambda reader, actor: page(kept.answers_of(reader, actor, after=after, most=most + 1), most),
        schemas.CannedAnswers,
    )


@blp.route("/canned-answers", methods=["POST"])
@signed_in
@blp.arguments(schemas.CannedAnswerRequest())
@blp.response(201, schemas.CannedAnswer)
def can(body: dict[str, Any]) -> Response:
    """Keep an answer of my own, or (`scope` house, with the permission settings.change) one of the house's."""
    return command(
        lambda tx: canning.can(tx, **body), ANSWER, status=201, location=lambda made: f"/v1/canned-answers/{made.id}"
    )


@blp.route("/canned-answers/<uuid:answer_id>")
@signed_in
@blp.response(200, schemas.CannedAnswer)
def canned_answer(answer_id: str) -> Response:
    """An answer that I may use."""
    return query(lambda reader, actor: kept.answer_of(reader, actor, answer_id), ANSWER)


@blp.route("/canned-answers/<uuid:answer_id>", methods=["PATCH"])
@signed_in
@blp.arguments(schemas.CannedAnswerChanges())
@blp.response(200, schemas.CannedAnswer)
def change_canned(body: dict[str, Any], answer_id: str) -> Response:
    """Change an answer: my own, or with the permission settings.change the house's."""
    return command(lambda tx: canning.change_canned(tx, answer_id, body), ANSWER)


@blp.route("/canned-answers/<uuid:answer_id>", methods=["DELETE"])
@signed_in
@blp.response(204)
def drop_canned(answer_id: str) -> Response:
    """Remove an answer: my own, or with the permission settings.change the house's."""
    return command(lambda tx: canning.drop_canned(tx, answer_id), None, status=204)


@blp.route("/tickets/<uuid:ticket_id>/canned-answers/<uuid:answer_id>")
@signed_in
@blp.response(200, schemas.FilledAnswer)
def filled_answer(ticket_id: str, answer_id: str) -> Response:
    """An answer filled for a ticket, in its client's language, with nothing that the client may not see."""
    return query(lambda reader, actor: kept.filled_answer(reader, actor, ticket_id, answer_id), schemas.FilledAnswer)
