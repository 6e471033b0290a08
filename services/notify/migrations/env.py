"""Alembic's environment of the notify service."""

from services.notify.models import metadata
from shared.migrations import run

run(metadata)
