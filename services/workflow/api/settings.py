"""Settings: GET /v1/settings, GET|PUT /v1/settings/{key}."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.workflow import schemas
from services.workflow.access.predicates import CHANGE_SETTINGS
from services.workflow.commands.settings import change_setting
from services.workflow.queries import catalog as queries
from shared.http import blueprint, command, needs, query, signed_in

blp = blueprint("settings", __name__, description="System-wide values, audited")


@blp.route("/settings")
@signed_in
@blp.response(200, schemas.Settings)
def settings() -> Response:
    """All settings that the caller may read; known keys are there before they are first set."""
    return query(
        lambda reader, actor: {"items": queries.settings(reader, actor), "next_cursor": None}, schemas.Settings
    )


@blp.route("/settings/<string:key>")
@signed_in
@blp.response(200, schemas.Setting)
def setting(key: str) -> Response:
    """One setting; version 0 and null until it is first set."""
    return query(lambda reader, actor: queries.setting(reader, actor, key), schemas.Setting)


@blp.route("/settings/<string:key>", methods=["PUT"])
@needs(CHANGE_SETTINGS)
@blp.arguments(schemas.SettingChange)
@blp.response(200, schemas.Setting)
def change(body: dict[str, Any], key: str) -> Response:
    """Set it; a person is named by id or e-mail, a queue by its code, and null unsets it."""
    return command(lambda tx: change_setting(tx, key, body["value"]), schemas.Setting)
