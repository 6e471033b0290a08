"""Organisations: made, renamed, who belongs to them, and who of those sees the requests of all."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page
from services.portal.ask import Refused
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from services.portal.views.admin.people import SEES_ALL, named

CONTACT: Final[dict[str, Any]] = {
    "code": "organisation-contact",
    "names": {
        "pt-BR": "Responsável da organização",
        "en": "Organisation contact",
        "es": "Responsable de la organización",
    },
    "permissions": ["portal.client_online"],
    "scopes": [SEES_ALL],
}
"""The profile that is made for a house that has none with that scope."""
MOST_FOUND: Final = 20


@blueprint.get("/organisations")
@door.needs("people.manage")
def organisations() -> Response:
    """The organisations found by words of their name."""
    return _list()


@blueprint.post("/organisations")
@door.needs("people.manage")
def make_organisation() -> BaseResponse:
    """Make one, and go on to it to say who belongs to it."""
    body = {"name": request.form.get("name", "").strip()}
    try:
        made = door.asker().send("POST", "identity", "/v1/organisations", body, key=request.form.get("key")).body
    except Refused as refused:
        return _list(refused)
    return page.go(
        url_for("admin.organisation", organisation_id=made["id"]), gettext("Made. Say who belongs to it next.")
    )


@blueprint.get("/organisations/<uuid:organisation_id>")
@door.needs("people.manage")
def organisation(organisation_id: str) -> Response:
    """One organisation with its people; `q` looks for somebody to add."""
    return _one(str(organisation_id))


@blueprint.post("/organisations/<uuid:organisation_id>")
@door.needs("people.manage")
def rename_organisation(organisation_id: str) -> BaseResponse:
    """Give it another name."""
    body, version = {"name": request.form.get("name", "").strip()}, request.form.get("version")
    try:
        door.asker().send("PATCH", "identity", f"/v1/organisations/{organisation_id}", body, version=version)
    except Refused as refused:
        return _one(str(organisation_id), refused)
    return page.go(url_for("admin.organisation", organisation_id=organisation_id), gettext("Saved."))


@blueprint.post("/organisations/<uuid:organisation_id>/people/<uuid:person_id>/<any(add, remove):deed>")
@door.needs("people.manage")
def set_member(organisation_id: str, person_id: str, deed: str) -> BaseResponse:
    """Let somebody belong to it, or no longer."""
    body = {"organisation_id": str(organisation_id) if deed == "add" else None}
    return _change(str(organisation_id), str(person_id), body)


@blueprint.post("/organisations/<uuid:organisation_id>/people/<uuid:person_id>/sees")
@door.needs("people.manage")
def set_sight(organisation_id: str, person_id: str) -> BaseResponse:
    """Let a member see the requests of all, by a profile that shows them; with an empty `profile`, no longer."""
    ask = door.asker()
    showing = {str(each["code"]) for each in _showing(frame.everything("identity", "/v1/profiles"))}
    chosen = request.form.get("profile", "")
    if chosen and chosen not in showing:
        abort(404)
    before = ask.get("identity", f"/v1/people/{person_id}")["profiles"]
    kept = [each for each in before if each not in showing]
    return _change(str(organisation_id), str(person_id), {"profiles": [*kept, *([chosen] if chosen else [])]})


@blueprint.post("/organisations/<uuid:organisation_id>/contact-profile")
@door.needs("people.manage")
def make_contact_profile(organisation_id: str) -> BaseResponse:
    """Make the profile that shows a member the requests of all."""
    try:
        door.asker().send("POST", "identity", "/v1/profiles", CONTACT)
    except Refused as refused:
        return _one(str(organisation_id), refused)
    return page.go(
        url_for("admin.organisation", organisation_id=organisation_id), gettext("Made. Now say who sees the requests.")
    )


def _change(organisation_id: str, person_id: str, body: dict[str, Any]) -> BaseResponse:
    version = request.form.get("version")
    try:
        door.asker().send("PATCH", "identity", f"/v1/people/{person_id}", body, version=version)
    except Refused as refused:
        return _one(organisation_id, refused)
    return page.go(url_for("admin.organisation", organisation_id=organisation_id), gettext("Saved."))


def _list(refused: Refused | None = None) -> Response:
    ask, words = door.asker(), request.args.get("q", "").strip()[:200]
    cursor = request.args.get("cursor")
    listed = page.gather(
        listed=lambda: ask.get("identity", "/v1/organisations", q=words or None, cursor=cursor, limit=50)
    )["listed"]
    part = request.headers.get("HX-Target") == "more"
    return frame.render(
        "admin/_organisations.html" if part else "admin/organisations.html",
        "organisations",
        refused=refused,
        rows=listed["items"],
        next_cursor=listed.get("next_cursor"),
        words=words,
    )


def _one(organisation_id: str, refused: Refused | None = None) -> Response:
    ask, words = door.asker(), request.args.get("q", "").strip()[:200]
    found = page.gather(
        organisation=lambda: ask.get("identity", f"/v1/organisations/{organisation_id}"),
        members=lambda: frame.everything("identity", "/v1/people", {"organisation": organisation_id}),
        profiles=lambda: frame.everything("identity", "/v1/profiles"),
        others=lambda: (
            ask.get("identity", "/v1/people", q=words, is_active="true", limit=MOST_FOUND) if words else {"items": []}
        ),
    )
    showing = dict(named(_showing(found["profiles"])))
    members = sorted(found["members"], key=lambda each: str(each["name"]).casefold())
    return frame.render(
        "admin/organisation.html",
        "organisations",
        refused=refused,
        organisation=found["organisation"],
        members=[{**each, "sees_by": [code for code in each["profiles"] if code in showing]} for each in members],
        showing=showing,
        words=words,
        others=[each for each in found["others"]["items"] if (each["organisation"] or {}).get("id") != organisation_id],
    )


def _showing(profiles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The profiles in use that show a client the requests of their whole organisation."""
    return [each for each in profiles if SEES_ALL in each["scopes"] and not each["is_retired"]]
