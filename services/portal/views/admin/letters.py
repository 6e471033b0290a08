"""What the house's e-mails say: read, changed in every language, and seen on a real request before it is saved."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, abort, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal import door, page
from services.portal.ask import Refused
from services.portal.speech import LANGUAGES
from services.portal.tongue import gettext
from services.portal.views.admin import frame
from services.portal.views.admin.blueprint import blueprint

PREVIEW_POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
)
"""A letter has its styles in place and its pictures within it; nothing in it runs or leads out."""


@blueprint.get("/letters")
@door.needs("settings.change")
def letters() -> Response:
    """The kinds of e-mail whose words may be changed."""
    ask = door.asker()
    found = page.gather(listed=lambda: ask.get("notify", "/v1/templates"))["listed"]
    return frame.render("admin/letters.html", "letters", rows=found["items"])


@blueprint.get("/letters/<kind>")
@door.needs("settings.change")
def letter(kind: str) -> Response:
    """One kind of e-mail, to change."""
    return _page(kind)


@blueprint.post("/letters/<kind>")
@door.needs("settings.change")
def change_letter(kind: str) -> BaseResponse:
    """Have these e-mails say something else from now on."""
    version = request.form.get("version")
    try:
        door.asker().send("PUT", "notify", f"/v1/templates/{kind}", {"texts": _texts()}, version=version)
    except Refused as refused:
        return _page(kind, refused)
    return page.go(url_for("admin.letter", kind=kind), gettext("Saved. It counts from now on."))


@blueprint.post("/letters/<kind>/restore")
@door.needs("settings.change")
def restore_letter(kind: str) -> BaseResponse:
    """Back to the words that come with Vez."""
    version = request.form.get("version")
    try:
        door.asker().send("DELETE", "notify", f"/v1/templates/{kind}", version=version)
    except Refused as refused:
        return _page(kind, refused)
    return page.go(url_for("admin.letter", kind=kind), gettext("Saved. It counts from now on."))


@blueprint.post("/letters/<kind>/preview")
@door.needs("settings.change")
def preview_letter(kind: str) -> Response:
    """The e-mail as it would be, in a page of its own; what is typed is not saved."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(404)
    body = {"ticket": request.form.get("ticket", "").strip(), "language": language, "words": _texts()[language]}
    try:
        shown = door.asker().send("POST", "notify", f"/v1/templates/{kind}/preview", body).body
    except Refused as refused:
        return _page(kind, refused)
    headers = {"Content-Security-Policy": PREVIEW_POLICY}
    return Response(shown["html"], headers=headers, content_type="text/html; charset=utf-8")


def _texts() -> dict[str, dict[str, str]]:
    """What the form says, by language."""
    form = request.form
    return {
        tag: {
            "title": form.get(f"{tag}.title", "").strip(),
            "body": form.get(f"{tag}.body", "").replace("\r\n", "\n").strip(),
        }
        for tag in LANGUAGES
    }


def _page(kind: str, refused: Refused | None = None) -> Response:
    ask = door.asker()
    found: Any = page.gather(letter=lambda: ask.get("notify", f"/v1/templates/{kind}"))["letter"]
    return frame.render(
        "admin/letter.html",
        "letters",
        refused=refused,
        letter=found,
        shown=_texts() if refused is not None and "pt-BR.title" in request.form else found["texts"],
        places=[f"{{{{ {place} }}}}" for place in found["places"]],
    )
