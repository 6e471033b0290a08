"""Alembic's environment of the attachments service."""

from services.attachments.models import metadata
from shared.migrations import run

run(metadata)
