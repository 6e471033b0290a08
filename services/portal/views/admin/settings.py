"""System parameters, grouped as administrators know them: Cliente Online › Atendente padrão is the first."""

from __future__ import annotations

import base64
from typing import Any, Final
from zoneinfo import available_timezones

from flask import Response, abort, current_app, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page
from services.portal.ask import Refused
from services.portal.house import address_of
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint

MOST_PICTURE_BYTES: Final = 64 * 1024
KEYS: Final = (
    "client_online.default_attendant",
    "client_online.fallback_queue",
    "house.name",
    "house.logo",
    "house.time_zone",
)


@blueprint.get("/settings")
@door.needs("settings.change")
def settings() -> Response:
    """Every setting in its group, each with a form of its own."""
    return _page()


@blueprint.post("/settings/<key>")
@door.needs("settings.change")
def change_setting(key: str) -> BaseResponse:
    """Set one; an empty value unsets it."""
    if key not in KEYS:
        abort(404)
    value = request.form.get("value", "").strip() or None
    version = request.form.get("version")
    try:
        door.asker().send("PUT", "workflow", f"/v1/settings/{key}", {"value": value}, version=version)
    except Refused as refused:
        return _page(refused, key)
    current_app.extensions["vez.front"].forget()
    return page.go(url_for("admin.settings"), gettext("Saved. It counts from now on."))


@blueprint.post("/settings/house.logo/picture")
@door.needs("settings.change")
def bring_picture() -> BaseResponse:
    """Take a picture as the house's logo: keep it, then let the logo be its address."""
    file = request.files.get("picture")
    picture = file.read(MOST_PICTURE_BYTES + 1) if file else b""
    ask = door.asker()
    try:
        for key, value in (
            ("house.logo_picture", base64.b64encode(picture).decode() or "-"),
            ("house.logo", address_of(picture)),
        ):
            ask.send("PUT", "workflow", f"/v1/settings/{key}", {"value": value}, version="*")
    except Refused as refused:
        return _page(refused, "house.logo")
    current_app.extensions["vez.front"].forget()
    return page.go(url_for("admin.settings"), gettext("Saved. It counts from now on."))


def _page(refused: Refused | None = None, key: str = "") -> Response:
    ask = door.asker()
    found = page.gather(
        settings=lambda: ask.get("workflow", "/v1/settings"),
        attendants=lambda: ask.get("identity", "/v1/directory", permission="ticket.attend", limit=100),
        queues=lambda: ask.get("workflow", "/v1/queues", limit=100),
    )
    by_key = {str(each["key"]): each for each in found["settings"]["items"]}
    return frame.render(
        "admin/settings.html",
        "settings",
        refused=refused,
        where=key,
        groups=_groups(by_key, found["attendants"]["items"], found["queues"]["items"]),
    )


def _groups(by_key: dict[str, Any], attendants: list[Any], queues: list[Any]) -> list[dict[str, Any]]:
    people = [(str(each["id"]), f"{each['name']}{_mail(each)}") for each in attendants]
    teams = [(str(each["code"]), str(each["name"])) for each in queues]
    zones = [(zone, zone) for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith("Etc/")]
    rows = (
        (
            gettext("Client Online"),
            (
                (
                    KEYS[0],
                    gettext("Default attendant"),
                    gettext("Who gets a request when its flow names nobody."),
                    people,
                ),
                (
                    KEYS[1],
                    gettext("Fallback queue"),
                    gettext("Which team gets it when nobody else can act, so that no request is left with nobody."),
                    teams,
                ),
            ),
        ),
        (
            gettext("House"),
            (
                (KEYS[2], gettext("Name"), gettext("Shown on sign-in, on pages and in mails."), None),
                (
                    KEYS[3],
                    gettext("Logo"),
                    gettext("Choose a PNG or JPEG picture, or give the address of one on this site (/…)."),
                    None,
                ),
                (KEYS[4], gettext("Time zone"), gettext("Of dates and times, where a person has set none."), zones),
            ),
        ),
    )
    return [
        {"name": name, "settings": [_setting(by_key[row[0]], row) for row in settings if row[0] in by_key]}
        for name, settings in rows
    ]


def _mail(person: dict[str, Any]) -> str:
    return f" · {person['email']}" if person.get("email") else ""


def _setting(setting: dict[str, Any], row: tuple[str, str, str, list[tuple[str, str]] | None]) -> dict[str, Any]:
    key, name, help, options = row
    value = setting.get("value")
    if options is not None and value and value not in dict(options):
        person = setting.get("person") or {}
        options = [(str(value), str(person.get("name") or value)), *options]
    return {**setting, "key": key, "name": name, "help": help, "options": options, "value": value}
