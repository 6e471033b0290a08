"""Reading what nobody read of a request's body, before it is answered.

A server that answers and closes while the caller still sends breaks the caller's connection: a front that was writing
the body then tells 502 where the answer was, say, 403 (RFC 9112, section 9.6).
"""

from __future__ import annotations

from typing import IO, Final

from flask import Flask, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

PIECE: Final = 64 * 1024


def drain_bodies(app: Flask) -> None:
    """Read what is left of each body, up to the bytes that its route takes, once its answer is known."""

    @app.after_request
    def drain(response: Response) -> Response:
        if request.content_length or "Transfer-Encoding" in request.headers:
            _read_away(_left(), request.max_content_length or PIECE)
        return response


def _left() -> IO[bytes]:
    """What is still to be read; of a body that is too long nothing was read yet."""
    try:
        return request.stream
    except RequestEntityTooLarge:
        return request.environ["wsgi.input"]  # type: ignore[no-any-return]


def _read_away(body: IO[bytes], most: int) -> None:
    try:
        while most > 0 and (piece := body.read(min(PIECE, most))):
            most -= len(piece)
    except (ClientDisconnected, RequestEntityTooLarge, OSError):
        return  # who has gone waits for no answer, and who sends without an end gets what they get
