"""Alembic's environment of the workflow service."""

from services.workflow.models import metadata
from shared.migrations import run

run(metadata)
