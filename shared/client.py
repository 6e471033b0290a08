"""Asking another service over HTTP: time-outs, service tokens, and its problems as our errors.

A call between services is only for asking, never for changing. The transport comes from whoever runs the process: HTTP
in general, a WSGI transport onto the dispatcher in the embedded stack.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec

from shared import clock, telemetry
from shared.config import Common
from shared.contracts.topology import SERVICES
from shared.errors import Conflict, Forbidden, Invalid, Message, NotFound, Retryable, TooMany, Unauthenticated, VezError

TIMEOUT: Final = httpx.Timeout(5.0, connect=2.0)
LIMITS: Final = httpx.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=30)
NO_TOKEN: Final = ""
"""Given as `token`: send no Authorization header at all."""
EARLY_SECONDS: Final = 30.0
"""A service token is replaced this long before it ends."""

_ERRORS: Final[dict[int, type[VezError]]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Invalid,
    429: TooMany,
}
log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The machine client as which this service asks others."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class _ServiceToken:
    text: str
    good_until: float


class Services:
    """The other services, by name. One for a process; its connections open at the first call, after any fork."""

    def __init__(
        self,
        urls: Mapping[str, str],
        *,
        credentials: Credentials | None = None,
        transports: Mapping[str, httpx.BaseTransport] | None = None,
    ) -> None:
        self.urls = dict(urls)
        self.credentials = credentials
        self.transports = dict(transports or {})
        self._clients: dict[str, httpx.Client] = {}
        self._tokens: dict[str, _ServiceToken] = {}
        self._lock = threading.Lock()

    # -- asking ---------------------------------------------------------------------------------------------------

    def get(
        self,
        service: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        token: str | None = None,
        language: str | None = None,
        seconds: float | None = None,
    ) -> Any:
        """The JSON that `service` answers; `token` None asks as this service itself, `seconds` bounds each wait.

        Raises NotFound, Forbidden, Invalid, Conflict, Unauthenticated (a person's token), or Retryable when it cannot
        be reached or does not answer as it should.
        """
        return self._ask("GET", service, path, params=params, token=token, language=language, seconds=seconds)

    def post(
        self,
        service: str,
        path: str,
        body: Any,
        *,
        params: Mapping[str, str] | None = None,
        token: str | None = None,
        language: str | None = None,
    ) -> Any:
        """The JSON that `service` answers to a question with a body. Raises as `get` does."""
        return self._ask("POST", service, path, params=params, body=body, token=token, language=language)

    def jwks(self) -> Any:
        """Identity's public keys. Raises Retryable."""
        return self.get("identity", "/.well-known/jwks.json", token=NO_TOKEN)

    def send(
        self,
        method: str,
        service: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        content: bytes | None = None,
        token: str = NO_TOKEN,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> httpx.Response:
        """The answer as it came, whatever its status; `content` is sent as it is. Raises Retryable when unreachable."""
        sent = {"Accept": "application/json", "traceparent": telemetry.trace(), **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            content = msgspec.json.encode(body)
            sent.setdefault("Content-Type", "application/json")
        timeout = TIMEOUT if seconds is None else httpx.Timeout(seconds, connect=min(seconds, 1.0))
        try:
            return self._client(service).request(
                method, path, params=params, content=content, headers=sent, timeout=timeout
            )
        except httpx.TransportError as error:
            raise Retryable("The %(service)s service cannot be reached now", service=service) from error

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for one in clients.values():
            one.close()

    # -- how --------------------------------------------------------------------------------------------------------

    def _ask(
        self,
        method: str,
        service: str,
        path: str,
        *,
        params: Mapping[str, str] | None,
        token: str | None,
        language: str | None,
        body: Any = None,
        seconds: float | None = None,
    ) -> Any:
        headers = {"Accept-Language": language} if language else None
        bearer = self.service_token(service) if token is None else token
        answer = self.send(
            method, service, path, params=params, body=body, token=bearer, headers=headers, seconds=seconds
        )
        if answer.status_code == 401 and token is None:
            self._forget_token(service)
            bearer = self.service_token(service)
            answer = self.send(
                method, service, path, params=params, body=body, token=bearer, headers=headers, seconds=seconds
            )
        return _content(service, answer, own=token is None)

    def _client(self, service: str) -> httpx.Client:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = httpx.Client(
                    base_url=self.urls[service],
                    transport=self.transports.get(service),
                    timeout=TIMEOUT,
                    limits=LIMITS,
                    trust_env=False,
                )
            return self._clients[service]

    # -- our own token ------------------------------------------------------------------------------------------------

    def service_token(self, audience: str) -> str:
        """This service's own token for asking `audience`, kept until shortly before it ends. Raises Retryable."""
        present = self._tokens.get(audience)
        if present is not None and present.good_until > clock.monotonic():
            return present.text
        if self.credentials is None:
            raise Retryable("This process has no credentials with which to ask %(service)s", service=audience)
        body = {
            "client_id": self.credentials.client_id,
            "client_secret": self.credentials.client_secret,
            "audience": audience,
        }
        answer = self.send("POST", "identity", "/v1/tokens", body=body)
        if answer.status_code != 200:
            log.warning("service_token_refused", audience=audience, status=answer.status_code)
            raise Retryable("The identity service gives this service no token now")
        given = _decoded("identity", answer)
        good_until = clock.monotonic() + max(1.0, float(given["expires_in"]) - EARLY_SECONDS)
        self._tokens[audience] = _ServiceToken(str(given["access_token"]), good_until)
        return self._tokens[audience].text

    def _forget_token(self, audience: str) -> None:
        self._tokens.pop(audience, None)


def _decoded(service: str, answer: httpx.Response) -> Any:
    try:
        return msgspec.json.decode(answer.content)
    except msgspec.DecodeError as error:
        raise Retryable("The %(service)s service did not answer as it should", service=service) from error


def _content(service: str, answer: httpx.Response, *, own: bool) -> Any:
    """The JSON of a good answer, None for an empty one; else the error that its problem document stands for."""
    if answer.is_success:
        return _decoded(service, answer) if answer.content else None
    kind = _ERRORS.get(answer.status_code)
    if kind is None or kind is TooMany or (kind is Unauthenticated and own):
        log.warning("service_answered_badly", service=service, status=answer.status_code)
        raise Retryable("The %(service)s service cannot answer now", service=service)
    raise _error(kind, _decoded(service, answer))


def _error(kind: type[VezError], problem: Any) -> VezError:
    """A problem document as the error it stands for; its texts were translated where they were written."""
    if not isinstance(problem, dict):
        return kind("Another service refused this")
    fields = {name: [Message(str(t)) for t in texts] for name, texts in (problem.get("errors") or {}).items()}
    text = str(problem.get("detail") or problem.get("title") or "Another service refused this")
    word = str(problem.get("type") or kind.type).rpartition(":")[2]
    return kind(text, type=word, fields=fields)


def for_options(options: Common, transports: Mapping[str, httpx.BaseTransport] | None = None) -> Services:
    """The services as `options` names them, asked with this service's own machine client where it has a secret."""
    credentials = Credentials(options.client_id, options.client_secret) if options.client_secret else None
    urls = {service: options.url_of(service) for service in SERVICES}
    return Services(urls, credentials=credentials, transports=transports)
