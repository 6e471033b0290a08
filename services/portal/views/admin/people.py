"""People: found, made, changed, invited and disabled."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import beside, door, page, reach, speech, whom
from services.portal.ask import Refused
from services.portal.speech import LANGUAGES
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint
from shared.catalog.definitions import text_in

SEES_ALL: Final = "organisation"
"""The scope in a profile that shows a client the requests of everybody in their organisation."""


@blueprint.get("/people")
@door.needs("people.manage")
def people() -> Response:
    """The people found by words, profile or kind."""
    ask, chosen = door.asker(), _chosen()
    found = page.gather(
        listed=lambda: ask.get("identity", "/v1/people", limit=50, **chosen),
        profiles=lambda: ask.get("identity", "/v1/profiles", limit=100),
        kinds=lambda: ask.get("identity", "/v1/client-kinds"),
    )
    part = request.headers.get("HX-Target") == "more"
    return frame.render(
        "admin/_people.html" if part else "admin/people.html",
        "people",
        rows=found["listed"]["items"],
        next_cursor=found["listed"].get("next_cursor"),
        chosen=chosen,
        profiles=named(found["profiles"]["items"]),
        kinds=dict(named(found["kinds"]["items"])),
    )


def _chosen() -> dict[str, str | None]:
    asked = request.args
    active = asked.get("is_active")
    return {
        "q": asked.get("q", "").strip()[:200] or None,
        "profile": asked.get("profile") or None,
        "is_active": active if active in ("true", "false") else None,
        "cursor": asked.get("cursor"),
    }


def named(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Codes with their names in the reader's language."""
    language = door.me().language
    return [(str(each["code"]), text_in(each.get("names") or {}, language) or str(each["code"])) for each in items]


@blueprint.get("/people/new")
@door.needs("people.manage")
def new_person() -> Response:
    """The form for somebody new."""
    return form(None)


@blueprint.post("/people/new")
@door.needs("people.manage")
def make_person() -> BaseResponse:
    """Make a person; they get a link with which they set their password."""
    try:
        body = _body()
        made = door.asker().send("POST", "identity", "/v1/people", body, key=request.form.get("key")).body
    except Refused as refused:
        return form(None, refused)
    return page.go(url_for("admin.person", person_id=made["id"]), gettext("Made. Invite them with a link below."))


@blueprint.get("/people/<uuid:person_id>")
@door.needs("people.manage")
def person(person_id: str) -> Response:
    """One person, to change, invite or disable."""
    return form(person_id)


@blueprint.post("/people/<uuid:person_id>")
@door.needs("people.manage")
def change_person(person_id: str) -> BaseResponse:
    """Change a person."""
    version = request.form.get("version")
    try:
        door.asker().send("PATCH", "identity", f"/v1/people/{person_id}", _body(), version=version)
    except Refused as refused:
        return form(person_id, refused)
    return page.go(url_for("admin.person", person_id=person_id), gettext("Saved."))


@blueprint.post("/people/<uuid:person_id>/<any(disable, enable):deed>")
@door.needs("people.manage")
def set_person(person_id: str, deed: str) -> BaseResponse:
    """Let somebody in no more, or again."""
    version = request.form.get("version")
    try:
        door.asker().send("POST", "identity", f"/v1/people/{person_id}/{deed}", version=version)
    except Refused as refused:
        return form(person_id, refused)
    return page.go(url_for("admin.person", person_id=person_id), gettext("Saved."))


@blueprint.post("/people/<uuid:person_id>/invite")
@door.needs("people.manage")
def invite(person_id: str) -> Response:
    """A one-time link with which the person sets their password, shown to whoever invites."""
    try:
        link = door.asker().send("POST", "identity", f"/v1/people/{person_id}/links", version="*").body
    except Refused as refused:
        return form(person_id, refused)
    return form(person_id, link=link)


@blueprint.post("/people/<uuid:person_id>/revive")
@door.needs("people.manage")
def revive(person_id: str) -> BaseResponse:
    """Send mail again to an address that refused it for good."""
    try:
        door.asker().send("POST", "notify", f"/v1/recipients/{person_id}/revive")
    except Refused as refused:
        return form(person_id, refused)
    return page.go(url_for("admin.person", person_id=person_id), gettext("Mail is sent to this address again."))


def _body() -> dict[str, Any]:
    form = request.form
    identifiers = {kind: form.get(kind, "").strip() or None for kind in ("cpf_cnpj", "registration")}
    body: dict[str, Any] = {
        **whom.related(form),
        "name": form.get("name", "").strip(),
        "email": form.get("email", "").strip() or None,
        "kind": form.get("kind") or None,
        "profiles": form.getlist("profiles"),
        "identifiers": {kind: value for kind, value in identifiers.items() if value or form.get("version")},
        "mail": form.get("mail") == "true",
        "organisation_id": form.get("organisation_id") or None,
    }
    if form.get("language") in LANGUAGES:
        body["language"] = form.get("language")
    if form.get("time_zone"):
        body["time_zone"] = form.get("time_zone")
    return body


def form(person_id: str | None, refused: Refused | None = None, link: dict[str, Any] | None = None) -> Response:
    """The page of a person, or of somebody new; after a refusal with what was typed."""
    ask = door.asker()
    found = page.gather(
        profiles=lambda: ask.get("identity", "/v1/profiles", limit=100),
        kinds=lambda: ask.get("identity", "/v1/client-kinds"),
        organisations=lambda: frame.everything("identity", "/v1/organisations"),
        person=lambda: ask.get("identity", f"/v1/people/{person_id}") if person_id else None,
        trouble=lambda: reach.trouble(person_id) if person_id else None,
        colleagues=beside.colleagues,
    )
    return frame.render(
        "admin/person.html",
        "people",
        refused=refused,
        person=found["person"],
        trouble=found["trouble"],
        profiles=named(found["profiles"]["items"]),
        kinds=named(found["kinds"]["items"]),
        organisations=_by_name(found["organisations"], found["person"]),
        showing={each["code"] for each in found["profiles"]["items"] if SEES_ALL in each["scopes"]},
        shown=_shown(found["person"], refused),
        substitutes=_substitutes(found["colleagues"], found["person"]),
        attends=_attends(found["person"], found["profiles"]["items"]),
        link=link,
        zones=[("", gettext("as the house says")), *((zone, zone) for zone in speech.zones(_zone(found["person"])))],
        known=[(each["email"], each["name"]) for each in found["colleagues"] if each["email"]],
    )


def _zone(person: dict[str, Any] | None) -> str:
    return str(person["time_zone"]) if person else door.options().time_zone


def _shown(person: dict[str, Any] | None, refused: Refused | None) -> dict[str, Any]:
    """What the form shows: what was typed and refused, else what is stored, else nothing."""
    if refused is not None and request.form.get("name") is not None:
        several = {name: request.form.getlist(name) for name in ("profiles", "guardians")}
        return {**request.form.to_dict(), **several}
    if person is None:
        return {"profiles": [], "guardians": [], "mail": True, "language": door.options().default_language}
    belongs, superior = person.get("organisation") or {}, person.get("superior") or {}
    return {
        **person,
        **(person.get("identifiers") or {}),
        "organisation_id": belongs.get("id"),
        "superior": superior.get("name"),
        "guardians": [each["id"] for each in person["guardians"]],
    }


def _substitutes(colleagues: list[dict[str, Any]], person: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Who may stand in; who does already is always among them."""
    if person is None:
        return []
    present = [person["substitute"]] if person["substitute"] else []
    names = {str(each["id"]): str(each["name"]) for each in (*present, *colleagues)}
    return [(id, name) for id, name in names.items() if id != person["id"]]


def _attends(person: dict[str, Any] | None, profiles: list[dict[str, Any]]) -> bool:
    """Whether requests can be theirs to work on: then an absence counts."""
    theirs = person["profiles"] if person else []
    return any(each["code"] in theirs and "ticket.attend" in each["permissions"] for each in profiles)


def _by_name(organisations: list[dict[str, Any]], person: dict[str, Any] | None) -> list[tuple[str, str]]:
    """What may be chosen; the person's own is always among it, so that saving never takes it away unseen."""
    present = [person["organisation"]] if person and person["organisation"] else []
    names = {str(each["id"]): str(each["name"]) for each in (*organisations, *present)}
    return sorted(names.items(), key=lambda each: each[1].casefold())
