"""Calling the services as a good client does: keys that make a repeat harmless, patience, tokens kept fresh."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from shared import clock
from vez.http import Answer, Origin, Unreachable

PATIENCE_SECONDS: Final = 60.0
"""How long one call is tried before it is given up: a restart of the whole system is shorter."""
SHORTEST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0
PASSING: Final = frozenset({429, 502, 503, 504})
DEFECT: Final = 500
DEFECT_TRIES: Final = 3
PAGE: Final = 100
EARLY_SECONDS: Final = 30.0
"""A token is renewed this long before it ends."""


class GivenUp(Exception):
    """A call did not get through for a minute."""


class Refused(Exception):
    """A call was answered, and the answer was no."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.problem = _problem(answer)
        super().__init__(f"{self.status}: {self.text}")

    @property
    def type(self) -> str:
        """The problem's stable type, without its address."""
        return str(self.problem.get("type", self.status)).rpartition(":")[2].rpartition("/")[2]

    @property
    def text(self) -> str:
        """What is wrong, and in which fields."""
        fields = "; ".join(f"{name}: {' '.join(map(str, texts))}" for name, texts in self.fields.items())
        detail = str(self.problem.get("detail") or self.problem.get("title") or self.status)
        return f"{detail} ({fields})" if fields else detail

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.problem.get("errors") or {}


def _problem(answer: Answer) -> dict[str, Any]:
    try:
        found = answer.json()
    except msgspec.DecodeError:
        found = None
    return found if isinstance(found, dict) else {"title": f"HTTP {answer.status}"}


class Tokens(msgspec.Struct):
    """What signing in gives."""

    access_token: str
    expires_in: float
    refresh_token: str | None = None


@dataclass(slots=True)
class Session:
    """Somebody who is signed in; threads share it."""

    email: str
    password: str
    id: str = ""
    tokens: Tokens | None = None
    good_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Api:
    """The public endpoints of one system. Threads share it."""

    def __init__(self, origin: Origin, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.origin = origin
        self._patience = patience_seconds

    def get(self, session: Session, path: str) -> Any:
        """What is at `path`, as plain data. Raises Refused, GivenUp."""
        return self.call(session, "GET", path).json()

    def items(self, session: Session, path: str, **asked: str) -> Iterator[Any]:
        """All items of the list at `path`, page by page. Raises Refused, GivenUp."""
        while True:
            page = self.get(session, f"{path}?{urlencode({'limit': PAGE, **asked})}")
            yield from page["items"]
            if page.get("next_cursor") is None:
                return
            asked["cursor"] = page["next_cursor"]

    def call(
        self,
        session: Session,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call as `session`, again and again while it cannot be answered. Raises Refused, GivenUp."""
        sent = dict(headers or {})
        if key:
            sent["Idempotency-Key"] = key
        answer = self._patiently(method, path, body, sent | self._bearer(session))
        if answer.status == 401:
            session.good_until = 0.0
            answer = self._patiently(method, path, body, sent | self._bearer(session))
        if not answer.ok:
            raise Refused(answer)
        return answer

    def sign_in(self, session: Session) -> Session:
        """Sign in by password, and learn the person's id. Raises Refused, GivenUp."""
        self._take(session, {"username": session.email, "password": session.password})
        if not session.id:
            session.id = self.get(session, "/api/identity/v1/me")["id"]
        return session

    def _bearer(self, session: Session) -> dict[str, str]:
        with session.lock:
            if clock.monotonic() > session.good_until:
                self._refresh(session)
            token = session.tokens.access_token if session.tokens else ""
        return {"Authorization": f"Bearer {token}"}

    def _refresh(self, session: Session) -> None:
        kept = session.tokens.refresh_token if session.tokens else None
        if kept:
            try:
                return self._take(session, {"refresh_token": kept})
            except Refused:
                session.tokens = None
        return self._take(session, {"username": session.email, "password": session.password})

    def _take(self, session: Session, proof: Mapping[str, str]) -> None:
        answer = self._patiently("POST", "/api/identity/v1/tokens", proof, {})
        if not answer.ok:
            raise Refused(answer)
        session.tokens = answer.read(Tokens)
        session.good_until = clock.monotonic() + session.tokens.expires_in - EARLY_SECONDS

    def _patiently(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        data = None if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        sent = {"Content-Type": "application/json", **headers} if data is not None else headers
        tries = _Tries(self._patience)
        while True:
            try:
                answer = self.origin.send(method, path, body=data, headers=sent)
            except Unreachable as error:
                tries.rest(str(error))
                continue
            if not tries.is_passing(answer.status):
                return answer
            tries.rest(f"{method} {path} was answered {answer.status}", answer.headers.get("retry-after", ""))


class _Tries:
    """The tries of one call, and the pauses between them: doubling, jittered, as long as the server asks for."""

    def __init__(self, patience_seconds: float) -> None:
        self._until = clock.monotonic() + patience_seconds
        self._pause = SHORTEST_PAUSE_SECONDS
        self._defects = 0

    def is_passing(self, status: int) -> bool:
        """Whether an answer is worth another try. A defect is tried a few times: it may be one process's."""
        self._defects += status == DEFECT
        return status in PASSING or (status == DEFECT and self._defects < DEFECT_TRIES)

    def rest(self, why: str, asked: str = "") -> None:
        """Wait before the next try. Raises GivenUp when there were enough."""
        if clock.monotonic() >= self._until:
            raise GivenUp(f"{why}, again and again")
        seconds = float(asked) if asked.isascii() and asked.isdigit() else self._pause * random.uniform(0.5, 1.0)
        clock.sleep(min(seconds, LONGEST_PAUSE_SECONDS))
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
