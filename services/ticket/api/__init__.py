"""The routes."""

from flask_smorest import Blueprint

from services.ticket.api import (
    approvals,
    asked,
    attending,
    discussion,
    ending,
    kept,
    record,
    reports,
    sharing,
    tickets,
    working,
)


def blueprints() -> list[Blueprint]:
    """This service's own routes."""
    rooms = (tickets, attending, approvals, ending, discussion, record, sharing, working, kept, asked, reports)
    return [room.blp for room in rooms]
