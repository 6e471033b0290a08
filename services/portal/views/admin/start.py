"""The first of the administrators' pages that the reader may open."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, shapes
from services.portal.views.admin.blueprint import blueprint


@blueprint.get("")
@door.needs_any(*shapes.ADMINISTRATION)
def start() -> BaseResponse:
    """On to it."""
    return redirect(url_for("account.notifications"), 303)
