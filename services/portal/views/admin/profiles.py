"""Profiles: the permissions that each grants, as a matrix to read and a form to change."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page
from services.portal.ask import Refused
from services.portal.speech import LANGUAGES
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from services.portal.views.admin.people import named


@blueprint.get("/profiles")
@door.needs("people.manage")
def profiles() -> Response:
    """Every profile with its permissions."""
    return _page()


@blueprint.get("/profiles/<code>")
@door.needs("people.manage")
def profile(code: str) -> Response:
    """One profile, to change."""
    return _page(code)


@blueprint.post("/profiles/new")
@door.needs("people.manage")
def make_profile() -> BaseResponse:
    """Make a profile, to be given permissions next."""
    code = request.form.get("code", "").strip()
    body = {"code": code, "names": _names(), "permissions": [], "scopes": []}
    try:
        door.asker().send("POST", "identity", "/v1/profiles", body)
    except Refused as refused:
        return _page(refused=refused)
    return page.go(url_for("admin.profile", code=code), gettext("Made. Tick what it grants."))


@blueprint.post("/profiles/<code>")
@door.needs("people.manage")
def change_profile(code: str) -> BaseResponse:
    """Change what a profile grants, and what it is called."""
    body = {
        "names": _names(),
        "permissions": request.form.getlist("permissions"),
        "scopes": [*request.form.get("scopes", "").split(), *request.form.getlist("sees_organisation")],
    }
    version = request.form.get("version")
    try:
        door.asker().send("PATCH", "identity", f"/v1/profiles/{code}", body, version=version)
    except Refused as refused:
        return _page(code, refused)
    return page.go(url_for("admin.profiles"), gettext("Saved. It counts from now on."))


def _names() -> dict[str, str]:
    typed = {tag: request.form.get(f"name-{tag}", "").strip() for tag in LANGUAGES}
    return {tag: name for tag, name in typed.items() if name}


def _page(code: str | None = None, refused: Refused | None = None) -> Response:
    ask = door.asker()
    found = page.gather(
        profiles=lambda: ask.get("identity", "/v1/profiles", limit=100),
        permissions=lambda: ask.get("identity", "/v1/permissions"),
    )
    rows: list[dict[str, Any]] = found["profiles"]["items"]
    return frame.render(
        "admin/profiles.html" if code is None else "admin/profile.html",
        "profiles",
        refused=refused,
        rows=rows,
        names=dict(named(rows)),
        permissions=found["permissions"]["items"],
        profile=next((each for each in rows if each["code"] == code), None),
    )
