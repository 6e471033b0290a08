"""Who is signed in: the cookie's opaque session id, which identity keeps and this process trades for access tokens.

The browser never holds a token; tokens live in this process's memory until shortly before they end.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

from services.portal.ask import SignedOut, decoded, refusal
from services.portal.shapes import Me, one
from shared import clock
from shared.client import Services
from shared.errors import Retryable

EARLY_SECONDS: Final = 20.0
KEPT: Final = 10_000
ME_GOOD_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    good_until: float


@dataclass(frozen=True, slots=True)
class _Known:
    me: Me
    good_until: float


class Sessions:
    """The sessions that this process has seen. Nothing here outlives the process; identity is the truth."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tokens: OrderedDict[str, _Token] = OrderedDict()
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, username: str, password: str, *, address: str, agent: str, language: str) -> str:
        """Sign in; the id of the new session. Raises Refused (wrong name or password, too many tries) or Retryable."""
        body = {"username": username, "password": password, "address": address, "agent": agent}
        given = self._post("/v1/portal-sessions", body, language)
        self._keep(str(given["id"]), given)
        return str(given["id"])

    def token(self, session: str, *, anew: bool = False) -> str:
        """An access token of the session; with `anew` not the kept one. Raises SignedOut or Retryable."""
        present = self._tokens.get(_digest(session))
        if present is not None and not anew and present.good_until > clock.monotonic():
            return present.text
        answer = self._send("/v1/portal-sessions/token", {"id": session})
        if answer.status_code in (401, 403, 404, 422):
            self.forget(session)
            raise SignedOut
        return self._keep(session, decoded(answer))

    def me(self, session: str, language: str) -> Me:
        """Who is signed in, asked again every few seconds so that a changed profile shows soon."""
        known = self._known.get(_digest(session))
        if known is not None and known.good_until > clock.monotonic():
            return known.me
        headers = {"Accept-Language": language}
        answer = self._services.send("GET", "identity", "/v1/me", token=self.token(session), headers=headers)
        if answer.status_code == 401:
            token = self.token(session, anew=True)
            answer = self._services.send("GET", "identity", "/v1/me", token=token, headers=headers)
        if answer.status_code in (401, 403, 404):
            raise SignedOut
        me = one(decoded(answer), Me)
        self._put(self._known, session, _Known(me, clock.monotonic() + ME_GOOD_SECONDS))
        return me

    def close(self, session: str) -> None:
        """Sign out. Where identity cannot be reached the session ends there by itself."""
        self.forget(session)
        self._send("/v1/portal-sessions/end", {"id": session})

    def forget(self, session: str) -> None:
        """Keep nothing of the session here; the next page asks again."""
        with self._lock:
            self._tokens.pop(_digest(session), None)
            self._known.pop(_digest(session), None)

    def forget_me(self, session: str) -> None:
        """Ask again who is signed in: their name, language or time zone was changed here."""
        with self._lock:
            self._known.pop(_digest(session), None)

    def _post(self, path: str, body: Any, language: str) -> Any:
        answer = self._send(path, body, {"Accept-Language": language})
        if answer.is_success:
            return decoded(answer)
        if answer.status_code >= 500:
            raise Retryable("The identity service cannot answer now")
        raise refusal(answer)

    def _send(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        token = self._services.service_token("identity")
        return self._services.send("POST", "identity", path, body=body, token=token, headers=headers)

    def _keep(self, session: str, given: Any) -> str:
        lasts = max(1.0, float(given["expires_in"]) - EARLY_SECONDS)
        self._put(self._tokens, session, _Token(str(given["access_token"]), clock.monotonic() + lasts))
        return str(given["access_token"])

    def _put(self, kept: OrderedDict[str, Any], session: str, value: Any) -> None:
        with self._lock:
            kept[_digest(session)] = value
            kept.move_to_end(_digest(session))
            while len(kept) > KEPT:
                kept.popitem(last=False)


def _digest(session: str) -> str:
    """Session ids are not kept as they are, so that a memory dump cannot sign anybody in."""
    return hashlib.sha256(session.encode()).hexdigest()
