"""One's own data: language, time zone, look, what to be told, password, absence and sessions."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page, reach, request_form, shapes, speech
from services.portal.ask import Refused
from services.portal.request_form import Mistake
from services.portal.shapes import Me, Session
from services.portal.speech import LANGUAGES
from services.portal.tongue import gettext
from services.portal.views.account.blueprint import blueprint
from shared.errors import Retryable

DIGESTS: Final = (0, 15, 60, 240, 1440)


@blueprint.get("/preferences")
@door.signed_in
def preferences() -> Response:
    """The page."""
    return _page()


@blueprint.post("/preferences/reading")
@door.signed_in
def read_as() -> BaseResponse:
    """Set language, time zone and whether mails come; the look is this browser's own."""
    chosen = request.form.get("language", "")
    body: dict[str, Any] = {"time_zone": request.form.get("time_zone", "")}
    if chosen in LANGUAGES:
        body["language"] = chosen
    refused = _change_me(body, "reading")
    if refused:
        return refused
    response = page.go(url_for("account.preferences"), gettext("Saved."))
    look = request.form.get("theme", "system")
    door.set_cookie(response, "theme", look if look in page.THEMES else "system", days=365)
    return response


@blueprint.post("/preferences/absence")
@door.signed_in
def be_absent() -> BaseResponse:
    """Say when one is away and who takes over meanwhile."""
    substitute = request.form.get("substitute", "").strip()
    body: dict[str, Any] = {
        "absent_from": request.form.get("absent_from") or None,
        "absent_until": request.form.get("absent_until") or None,
    }
    try:
        body["substitute_id"] = find_person(substitute) if substitute else None
    except Refused as refused:
        return _page(refused, "absence")
    return _change_me(body, "absence") or page.go(url_for("account.preferences"), gettext("Saved."))


@blueprint.post("/preferences/told")
@door.signed_in
def be_told() -> BaseResponse:
    """Choose what to be told, how, and when not."""
    begin, until = request.form.get("quiet_from"), request.form.get("quiet_until")
    digest = request.form.get("digest_minutes", "0")
    body = {
        "mail": request.form.get("mail") == "true",
        "kinds": [_choice(kind) for kind in request.form.getlist("kind")],
        "quiet_hours": {"from": begin, "until": until} if begin and until else None,
        "digest_minutes": int(digest) if digest.isdigit() else 0,
    }
    try:
        door.asker().send("PUT", "notify", "/v1/preferences", body, version=request.form.get("version"))
    except Refused as refused:
        return _page(refused, "told")
    return page.go(url_for("account.preferences", _anchor="told"), gettext("Saved."))


def _choice(kind: str) -> dict[str, Any]:
    """One kind as the form has it. A ticked box asks for nothing that was not asked before: the house tells it."""
    typed = {channel: request.form.get(f"{channel}:{kind}") for channel in ("in_app", "mail")}
    before = request.form.getlist("asked")
    asked = [
        channel
        for channel, answer in typed.items()
        if answer == "yes" or (answer == "1" and f"{channel}:{kind}" in before)
    ]
    told = {channel: answer not in (None, "no") for channel, answer in typed.items()}
    return {"kind": kind, **told, **({"asked": asked} if asked else {})}


@blueprint.post("/preferences/address")
@door.signed_in
def revive_address() -> BaseResponse:
    """Have mail sent again to one's own address, which refused it for good."""
    try:
        door.asker().send("POST", "notify", f"/v1/recipients/{door.me().id}/revive")
    except Refused as refused:
        return _page(refused, "told")
    return page.go(url_for("account.preferences", _anchor="told"), gettext("Mail is sent to this address again."))


@blueprint.post("/preferences/password")
@door.signed_in
def change_password() -> BaseResponse:
    """Change the password; the other sessions end."""
    body = {"current": request.form.get("current", ""), "password": request.form.get("password", "")}
    try:
        door.asker().send("POST", "identity", "/v1/me/password", body)
    except Refused as refused:
        return _page(refused, "password")
    return page.go(url_for("account.preferences"), gettext("The password is changed. Other devices were signed out."))


@blueprint.post("/preferences/sessions/<uuid:session_id>/end")
@door.signed_in
def end_session(session_id: str) -> BaseResponse:
    """Sign out one of one's devices."""
    try:
        door.asker().send("DELETE", "identity", f"/v1/sessions/{session_id}", version="*")
    except Refused as refused:
        return _page(refused, "sessions")
    return page.go(url_for("account.preferences", _anchor="sessions"), gettext("That device is signed out."))


@blueprint.post("/preferences/sessions/end")
@door.signed_in
def end_all_sessions() -> BaseResponse:
    """Sign out everywhere, here too."""
    door.asker().send("DELETE", "identity", "/v1/sessions", version="*")
    response = redirect(url_for("account.sign_in"), 303)
    door.drop_cookie(response, "session")
    return response


def find_person(email: str) -> str:
    """The id of the colleague with that e-mail. Raises Refused where there is none."""
    found = door.asker().get("identity", "/v1/directory", q=email)["items"]
    exact = next((each["id"] for each in found if (each.get("email") or "").casefold() == email.casefold()), None)
    if exact is None:
        wrong = gettext("Nobody here has that e-mail.")
        raise Refused(422, "invalid", wrong, wrong, {"substitute_id": [wrong]})
    return str(exact)


def _change_me(body: dict[str, Any], where: str) -> Response | None:
    """Change one's own data; the page with what is wrong where it is refused."""
    session = door.session_id()
    try:
        door.asker().send("PATCH", "identity", "/v1/me", body, version=request.form.get("version") or "*")
    except Refused as refused:
        return _page(refused, where)
    if session:
        door.sessions().forget_me(session)
    return None


def _page(refused: Refused | None = None, where: str = "") -> Response:
    ask = door.asker()
    found = page.gather(
        me=lambda: ask.get("identity", "/v1/me"),
        told=_ask_told,
        trouble=lambda: reach.trouble(door.me().id),
        sessions=lambda: ask.get("identity", "/v1/sessions", limit=50),
    )
    me = shapes.one(found["me"], Me)
    return page.render(
        "account/preferences.html",
        status=refused.status if refused else 200,
        mine=me,
        told=found["told"],
        trouble=found["trouble"],
        sessions=shapes.several(found["sessions"], Session),
        zones=speech.zones(me.time_zone),
        digests=_digests(),
        where=where,
        wrong=dict(refused.fields) if refused else {},
        mistakes=[Mistake(None, text) for text in _texts(refused)] if refused else [],
        summary=request_form,
        typed=request.form if refused else {},
    )


def _texts(refused: Refused) -> list[str]:
    return [text for texts in refused.fields.values() for text in texts] or [refused.text]


def _ask_told() -> Any:
    try:
        return door.asker().get("notify", "/v1/preferences")
    except (Retryable, Refused):
        return None


def _digests() -> list[tuple[int, str]]:
    texts = (
        gettext("each at once"),
        gettext("together, every 15 minutes"),
        gettext("together, every hour"),
        gettext("together, every 4 hours"),
        gettext("together, once a day"),
    )
    return list(zip(DIGESTS, texts, strict=True))
