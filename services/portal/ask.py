"""Asking the services on behalf of who is signed in: questions, several at once, and commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from shared.client import Services
from shared.errors import Retryable

Question = Callable[[], Any]


class SignedOut(Exception):
    """Nobody is signed in any more: the session ended, or the person may not act."""


@dataclass(frozen=True)
class Refused(Exception):
    """A service refused: its problem document. `fields`: texts by field."""

    status: int
    kind: str
    title: str
    detail: str
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    retry_after: int | None = None

    @property
    def text(self) -> str:
        """What a person is told."""
        return self.detail or self.title


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered to a command. Status 202: accepted, not done yet."""

    status: int
    body: Any
    location: str | None = None

    @property
    def is_pending(self) -> bool:
        return self.status == 202


class Asker:
    """The services as one person sees them, for the length of one request."""

    def __init__(
        self,
        services: Services,
        pool: ThreadPoolExecutor,
        *,
        token: Callable[[bool], str],
        language: Callable[[], str],
        wait_seconds: int,
    ) -> None:
        self._services = services
        self._pool = pool
        self._token = token
        self._language = language
        self._wait_seconds = wait_seconds

    def get(self, service: str, path: str, **params: str | int | list[str] | None) -> Any:
        """The JSON that `service` answers; a list is sent as the same parameter again and again.

        Raises Refused, SignedOut, Retryable.
        """
        given = {
            name: value if isinstance(value, list) else str(value)
            for name, value in params.items()
            if value not in (None, "")
        }
        return decoded(self._call("GET", service, path, params=given))

    def send(
        self,
        method: str,
        service: str,
        path: str,
        body: Any = None,
        *,
        version: str | int | None = None,
        key: str | None = None,
        wait: bool = False,
        content_type: str | None = None,
        params: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Give a command. `version` goes as If-Match, `key` as Idempotency-Key; with `wait` until the outcome.

        `seconds` is for what takes longer than an answer usually may.
        """
        headers = {}
        if version is not None:
            headers["If-Match"] = version if version == "*" else f'"{version}"'
        if key:
            headers["Idempotency-Key"] = key
        if wait:
            headers["Prefer"] = f"wait={self._wait_seconds}"
        if content_type:
            headers["Content-Type"] = content_type
        answer = self._call(method, service, path, body=body, headers=headers, params=params, seconds=seconds)
        return Answer(answer.status_code, decoded(answer), answer.headers.get("Location"))

    def raw(self, service: str, path: str, *, accept: str, **params: str | None) -> httpx.Response:
        """An answer that is not JSON (the catalog's file, a table as CSV). Raises as `get` does."""
        given = {name: value for name, value in params.items() if value}
        answer = self._call("GET", service, path, params=given, headers={"Accept": accept})
        if not answer.is_success:
            decoded(answer)
        return answer

    def together(self, **questions: Question) -> dict[str, Any]:
        """The answers to several questions that do not wait for each other. The first failure is raised."""
        running = {
            name: self._pool.submit(copy_context().run, question) for name, question in list(questions.items())[1:]
        }
        first = {name: question() for name, question in list(questions.items())[:1]}
        return first | {name: future.result() for name, future in running.items()}

    def _call(self, method: str, service: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"Accept-Language": self._language(), **sent.pop("headers", {})}
        answer = self._services.send(method, service, path, token=self._token(False), headers=headers, **sent)
        if answer.status_code == 401:
            answer = self._services.send(method, service, path, token=self._token(True), headers=headers, **sent)
        if answer.status_code == 401:
            raise SignedOut
        return answer


def decoded(answer: httpx.Response) -> Any:
    """The JSON of a good answer, None for an empty one. Raises Refused or Retryable."""
    if answer.is_success:
        return _json(answer) if answer.content else None
    if answer.status_code >= 500:
        raise Retryable("The service cannot answer now")
    raise refusal(answer)


_PROBLEM = frozenset({"type", "title", "status", "detail", "instance", "errors"})


def refusal(answer: httpx.Response) -> Refused:
    """A refusal's problem document as an error."""
    problem = _json(answer)
    after = answer.headers.get("Retry-After", "")
    whole = {**problem, "status": answer.status_code} if isinstance(problem, dict) else {"status": answer.status_code}
    return refusal_of(whole, retry_after=int(after) if after.isdigit() else None)


def refusal_of(problem: Mapping[str, Any], retry_after: int | None = None) -> Refused:
    """A problem document as an error; one of many that an answer holds says its own status."""
    return Refused(
        status=int(problem["status"]),
        kind=str(problem.get("type") or "").rstrip("/").rpartition("/")[2],
        title=str(problem.get("title") or ""),
        detail=str(problem.get("detail") or ""),
        fields={str(name): [str(each) for each in texts] for name, texts in (problem.get("errors") or {}).items()},
        extra={name: value for name, value in problem.items() if name not in _PROBLEM},
        retry_after=retry_after,
    )


def _json(answer: httpx.Response) -> Any:
    try:
        return msgspec.json.decode(answer.content)
    except msgspec.DecodeError as error:
        if answer.is_success:
            raise Retryable("The service did not answer as it should") from error
        return None
