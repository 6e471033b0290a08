"""Who may open a page: sign-in by cookie, permissions, and the seal that every form carries against forged posts."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import Response, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.portal.ask import Asker, SignedOut
from services.portal.catalog import Versions
from services.portal.options import Options
from services.portal.sessions import Sessions
from services.portal.shapes import Me
from shared.client import Services
from shared.errors import Retryable

View = TypeVar("View", bound=Callable[..., Any])

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
SEAL_HEADER: Final = "X-Vez-Seal"
FROM_HERE: Final = frozenset({"same-origin", "none"})


def public(view: View) -> View:
    """Anyone may open this page."""
    view.vez_access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Whoever is signed in may open this page; what they may do is the services' to judge."""
    return _guarded(view, "signed in", lambda me: True)


def needs(*permissions: str) -> Callable[[View], View]:
    """Only who has every one of `permissions` may open this page (403)."""
    return lambda view: _guarded(view, " and ".join(permissions), lambda me: all(map(me.may, permissions)))


def needs_any(*permissions: str) -> Callable[[View], View]:
    """Only who has at least one of `permissions` may open this page (403)."""
    return lambda view: _guarded(view, " or ".join(permissions), lambda me: any(map(me.may, permissions)))


def _guarded(view: View, label: str, allows: Callable[[Me], bool]) -> View:
    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not allows(me()):
            abort(403)
        return view(*args, **kwargs)

    checked.vez_access = label  # type: ignore[attr-defined]
    return cast(View, checked)


# -- who -----------------------------------------------------------------------------------------------------------


def sessions() -> Sessions:
    """The sessions that this process knows."""
    return cast(Sessions, current_app.extensions["vez.sessions"])


def services() -> Services:
    """The other services, asked as the portal itself or as nobody."""
    return cast(Services, current_app.extensions["vez.services"])


def versions() -> Versions:
    """The published versions that this process has asked for."""
    return cast(Versions, current_app.extensions["vez.versions"])


def options() -> Options:
    """This process's options."""
    return cast(Options, current_app.extensions["vez.options"])


def session_id() -> str | None:
    """The session that the browser's cookie names."""
    return request.cookies.get(cookie_name("session"))


def known() -> Me | None:
    """Who is signed in, or None. Raises Retryable where identity cannot be reached."""
    if "me" not in g:
        session = session_id()
        try:
            g.me = sessions().me(session, _asked_language()) if session else None
        except SignedOut:
            g.me = None
        except Retryable:
            g.me = None  # so that the page that tells of it can be made
            raise
    return cast("Me | None", g.me)


def me() -> Me:
    """Who is signed in. Raises SignedOut."""
    found = known()
    if found is None:
        raise SignedOut
    return found


def asker() -> Asker:
    """The services as the signed-in person sees them."""
    if "asker" not in g:
        session = session_id()
        if not session:
            raise SignedOut
        language = me().language
        kept = sessions()
        g.asker = Asker(
            services(),
            current_app.extensions["vez.pool"],
            token=lambda anew: kept.token(session, anew=anew),
            language=lambda: language,
            wait_seconds=options().wait_seconds,
        )
    return cast(Asker, g.asker)


def _asked_language() -> str:
    return request.headers.get("Accept-Language", options().default_language)


def to_sign_in() -> BaseResponse:
    """The way to the sign-in page and, after it, back to the page that was asked for."""
    target = request.full_path.rstrip("?") if request.method in READING else None
    return redirect(url_for("account.sign_in", next=target if target != "/" else None), 303)


def inside(address: str | None) -> str:
    """`address` where it is a page of this origin, else the start page: nobody is sent elsewhere by a link."""
    if not address or not address.startswith("/") or address[1:2] in ("/", "\\"):
        return url_for("home.start")
    return url_for("home.start") if any(ord(sign) < 32 for sign in address) else address


# -- cookies -------------------------------------------------------------------------------------------------------


def cookie_name(what: str) -> str:
    """The name of a cookie; off loopback browsers themselves hold it to TLS and to this host."""
    return f"vez_{what}" if options().is_loopback else f"__Host-vez_{what}"


def set_cookie(response: BaseResponse, what: str, value: str, *, days: int | None = None, hidden: bool = True) -> None:
    """Set a cookie that other sites' pages do not send and, while `hidden`, scripts do not read."""
    response.set_cookie(
        cookie_name(what),
        value,
        max_age=days * 86400 if days else None,
        secure=not options().is_loopback,
        httponly=hidden,
        samesite="Lax",
        path="/",
    )


def drop_cookie(response: BaseResponse, what: str) -> None:
    """Make the browser forget a cookie."""
    response.delete_cookie(cookie_name(what), secure=not options().is_loopback, httponly=True, samesite="Lax", path="/")


# -- the seal ------------------------------------------------------------------------------------------------------


def seal() -> str:
    """What a form carries to show that this site made it for this browser: a digest of a cookie that no script reads.

    Before anybody is signed in the cookie is a random visit, so that nobody can be signed in by another site's form.
    """
    secret = session_id() or _visit()
    return hashlib.sha256(b"vez-seal:" + secret.encode()).hexdigest()


def _visit() -> str:
    if "visit" not in g:
        g.visit = request.cookies.get(cookie_name("visit")) or secrets.token_urlsafe(24)
    return cast(str, g.visit)


def keep_visit(response: Response) -> Response:
    """Set the visit's cookie where a form was made for somebody who is not signed in."""
    if "visit" in g and request.cookies.get(cookie_name("visit")) != g.visit:
        set_cookie(response, "visit", g.visit)
    return response


def check_seal() -> None:
    """Refuse a post that a form of this site did not send (400)."""
    if request.method in READING:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in FROM_HERE:
        abort(400)
    given = request.headers.get(SEAL_HEADER) or request.form.get("seal", "")
    has_cookie = session_id() or request.cookies.get(cookie_name("visit"))
    if not has_cookie or not hmac.compare_digest(given.encode(), seal().encode()):
        abort(400, "seal")
