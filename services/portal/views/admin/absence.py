"""Somebody's absence, and who takes over what is new meanwhile."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import people
from services.portal.views.admin.blueprint import blueprint

ENDED = {"absent_from": None, "absent_until": None}


@blueprint.post("/people/<uuid:person_id>/absence")
@door.needs("people.manage")
def set_absence(person_id: str) -> BaseResponse:
    """Say from when until when somebody is away, and who takes over; without a last day: until it is ended."""
    dates = {name: request.form.get(name) or None for name in ENDED}
    return _change(str(person_id), {**dates, "substitute_id": request.form.get("substitute_id") or None})


@blueprint.post("/people/<uuid:person_id>/absence/end")
@door.needs("people.manage")
def end_absence(person_id: str) -> BaseResponse:
    """They are there again; who stands in for them stays known for the next time."""
    return _change(str(person_id), ENDED)


def _change(person_id: str, body: dict[str, Any]) -> BaseResponse:
    version = request.form.get("version")
    try:
        door.asker().send("PATCH", "identity", f"/v1/people/{person_id}", body, version=version)
    except Refused as refused:
        return people.form(person_id, refused)
    return page.go(url_for("admin.person", person_id=person_id, _anchor="absence"), gettext("Saved."))
