"""The routes."""

from flask_smorest import Blueprint

from services.workflow.api import catalog, flows, migrating, queues, settings, types


def blueprints() -> list[Blueprint]:
    """This service's own routes."""
    return [catalog.blp, types.blp, queues.blp, settings.blp, flows.blp, migrating.blp]
