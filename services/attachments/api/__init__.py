"""The routes."""

from flask_smorest import Blueprint

from services.attachments.api import files, streaming, uploads


def blueprints() -> list[Blueprint]:
    """This service's own routes."""
    return [uploads.blp, streaming.blp, files.blp]
