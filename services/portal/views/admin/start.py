"""The first of the administrators' pages that the reader may open."""

from __future__ import annotations

from flask import abort, redirect
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, office, shapes
from services.portal.views.admin.blueprint import blueprint


@blueprint.get("")
@door.needs_any(*shapes.ADMINISTRATION)
def start() -> BaseResponse:
    """On to it."""
    sections = office.sections(door.me())
    if not sections:
        abort(404)
    return redirect(sections[0].places[0].address, 303)
