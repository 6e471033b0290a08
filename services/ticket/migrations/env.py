"""Alembic's environment of the ticket service."""

from services.ticket.models import metadata
from shared.migrations import run

run(metadata)
