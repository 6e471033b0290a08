"""Alembic's environment of the identity service."""

from services.identity.models import metadata
from shared.migrations import run

run(metadata)
