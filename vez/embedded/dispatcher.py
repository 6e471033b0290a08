"""One WSGI application of all: each service below `/api/<service>`, the pages at `/`, the mail sink's at `/dev/mail`.

A call from one service to another runs in the caller's own thread: the transport given to `shared.client` leads
straight back into this dispatcher, so that no call waits for a second thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

import httpx

from shared.contracts.topology import SERVICES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

API: Final = "/api/"
MAIL: Final = "/dev/mail"
Check = Callable[[], str | None]
"""Says what is not ready yet, or None."""


class Dispatcher:
    """Give it the applications before it serves; what they call goes through it too."""

    def __init__(self, checks: Iterable[Check] = ()) -> None:
        self.services: dict[str, WSGIApplication] = {}
        self.pages: WSGIApplication = _nothing
        self.mail: WSGIApplication = _nothing
        self.checks = list(checks)

    def transports(self) -> dict[str, httpx.BaseTransport]:
        """For each service a transport onto this dispatcher, in the caller's thread."""
        return dict.fromkeys(SERVICES, httpx.WSGITransport(app=self._called, raise_app_exceptions=False))

    def _called(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A call from inside: httpx gives the path as text, where PEP 3333 wants its bytes as latin-1."""
        environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
        return self(environ, start_response)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if path.startswith(API):
            name, _, rest = path.removeprefix(API).partition("/")
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}{API}{name}"
            environ["PATH_INFO"] = f"/{rest}"
            return self.services.get(name, _nothing)(environ, start_response)
        if path == "/readyz":
            return self._readyz(start_response)
        if path == "/livez":
            return _answer(start_response, "200 OK", {"live": True})
        return (self.mail if path.startswith(MAIL) else self.pages)(environ, start_response)

    def _readyz(self, start_response: StartResponse) -> Iterable[bytes]:
        """200 only when every service, every worker and the demo are ready; else what is not."""
        waiting = self.not_ready()
        return _answer(start_response, "503 Service Unavailable" if waiting else "200 OK", {"waiting": waiting})

    def not_ready(self) -> list[str]:
        """What is not ready yet."""
        found = [reason for check in self.checks if (reason := check())]
        for name, app in {**self.services, "portal": self.pages}.items():
            if status_of(app, "/readyz") != 200:
                found.append(f"the {name} service")
        return found


def status_of(app: WSGIApplication, path: str) -> int:
    """The status that an application answers to GET `path`."""
    transport = httpx.WSGITransport(app=app, raise_app_exceptions=False)
    return transport.handle_request(httpx.Request("GET", f"http://127.0.0.1{path}")).status_code


def _nothing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    problem = {"type": "urn:vez:problem:not-found", "title": "Not found", "status": 404}
    return _answer(start_response, "404 Not Found", problem, "application/problem+json")


def _answer(
    start_response: StartResponse, status: str, body: Mapping[str, object], kind: str = "application/json"
) -> Iterable[bytes]:
    encoded = json.dumps(body).encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(encoded))), ("Cache-Control", "no-store")]
    start_response(status, headers)
    return [encoded]
