"""Problem documents (RFC 9457): errors of the domain as answers, in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from shared import errors, telemetry
from shared.errors import Message, VezError
from shared.http.languages import current_language, translate
from shared.http.wording import message_of

log = telemetry.logger(__name__)
STATUS: dict[type[VezError], tuple[int, str]] = {
    errors.Unauthenticated: (401, "Sign in first"),
    errors.Forbidden: (403, "Not allowed"),
    errors.NotFound: (404, "Not found"),
    errors.Missing: (404, "Not found"),
    errors.Conflict: (409, "Not possible now"),
    errors.Stale: (412, "Changed meanwhile"),
    errors.Invalid: (422, "Something is wrong with what was sent"),
    errors.PreconditionRequired: (428, "If-Match is missing"),
    errors.TooMany: (429, "Too many tries"),
    errors.Retryable: (503, "Out of reach for the moment"),
}
TITLES = {
    400: "The request cannot be read",
    404: "Not found",
    405: "This method is not possible here",
    406: "This form of answer is not possible here",
    413: "Too large",
    415: "This content type is not possible here",
    422: "Something is wrong with what was sent",
}
OUT_OF_REACH_SECONDS = 5


def status_of(error: VezError) -> tuple[int, str]:
    """The HTTP status and the title of an error."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500, "Something went wrong here"


def problem_of(error: VezError) -> dict[str, Any]:
    """The problem document of an error."""
    status, title = status_of(error)
    document: dict[str, Any] = {
        "type": f"urn:vez:problem:{error.type}",
        "title": translate(Message(title)),
        "status": status,
        "detail": translate(error.message),
        "instance": request.path,
    }
    if error.fields:
        document["errors"] = {field: [translate(m) for m in texts] for field, texts in error.fields.items()}
    document.update(error.extra)
    return document


def problem_response(document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a problem document."""
    response = Response(
        msgspec.json.encode(document), status=int(document["status"]), content_type="application/problem+json"
    )
    response.headers["Content-Language"] = current_language()
    response.headers.update(headers or {})
    return response


def answer_error(error: VezError) -> Response:
    """The answer for an error of the domain."""
    headers = {}
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(error.extra.get("retry_after", 60))
    if isinstance(error, errors.Retryable):
        headers["Retry-After"] = str(OUT_OF_REACH_SECONDS)
        log.warning("out_of_reach", reason=str(error), cause=repr(error.__cause__))
    return problem_response(problem_of(error), headers)


def answer_http(error: HTTPException) -> Response:
    """The answer for an error of Flask's own: routing, methods, bodies, and a schema's refusals."""
    status = error.code or 500
    if status < 400:
        return error.get_response(request.environ)  # type: ignore[return-value]
    messages = getattr(error, "data", {}).get("messages") if hasattr(error, "data") else None
    document: dict[str, Any] = {
        "type": "urn:vez:problem:invalid" if messages else f"urn:vez:problem:http-{status}",
        "title": translate(Message(TITLES.get(status, "Something went wrong here"))),
        "status": status,
        "detail": translate(Message(error.description or "")),
        "instance": request.path,
    }
    if messages:
        document["detail"] = translate(Message("Correct the fields named and send it again"))
        document["errors"] = flat(messages)
    headers = {"Allow": ", ".join(error.valid_methods)} if getattr(error, "valid_methods", None) else {}  # type: ignore[attr-defined]
    return problem_response(document, headers)


def flat(messages: Any) -> dict[str, list[str]]:
    """A schema's messages with flat names: {location: {field: [..]}} → {field: [..]}, deeper ones dotted."""
    found: dict[str, list[str]] = {}

    def walk(value: Any, path: tuple[str, ...]) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                walk(inner, (*path, str(key)))
        elif isinstance(value, list | tuple):
            name = ".".join(p for p in path[1:] if p != "_schema") or "body"
            found.setdefault(name, []).extend(translate(message_of(str(v))) for v in value)
        else:
            walk([value], path)

    walk(messages, ())
    return found


def answer_unexpected(error: Exception) -> Response:
    """The answer for a defect: logged with its trace, told without it."""
    log.exception("unexpected", path=request.path, method=request.method)
    document = {
        "type": "urn:vez:problem:unexpected",
        "title": translate(Message("Something went wrong here")),
        "status": 500,
        "detail": translate(Message("It was noted. Try again; if it stays, tell the house's administrators")),
        "instance": request.path,
    }
    return problem_response(document)


def register(app: Flask) -> None:
    """Answer every error of `app` with a problem document."""
    app.register_error_handler(VezError, answer_error)
    app.register_error_handler(HTTPException, answer_http)
    if not current_app or not app.config.get("PROPAGATE_EXCEPTIONS"):
        app.register_error_handler(Exception, answer_unexpected)
