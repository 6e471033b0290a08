"""A small file in one request: its bytes pass through here to the store and are checked like any other's."""

from __future__ import annotations

import hashlib
from typing import IO, Any, Final, NoReturn

from flask import Response, request
from werkzeug.exceptions import ClientDisconnected

from services.attachments import commands, schemas
from services.attachments.api.places import about, announcement, default_limits, giving_way, options, standing, store
from services.attachments.commands import WRONG
from services.attachments.rules.files import CHUNK, File, Part, part_key
from services.attachments.rules.rights import Standing
from shared.errors import Invalid, Message, VezError
from shared.http import blueprint, carry_out, command, signed_in, take_for_body
from shared.transaction import Transaction

blp = blueprint("streaming", __name__, description="Sending small files")
BODY: Final = {
    "required": True,
    "description": "the file's bytes; Content-Type says what they are, Content-Length how many",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@blp.route("/tickets/<uuid:ticket_id>/attachments", methods=["POST"])
@signed_in
@blp.arguments(schemas.Facts, location="query")
@blp.doc(requestBody=BODY)
@blp.response(202, schemas.Attachment)
def stream(facts: dict[str, Any], ticket_id: str) -> Response:
    """Send a small file: the body is its content. Only when it was checked and is stored can it be read."""
    size = _size()
    announced = announcement(facts, ticket_id, size, request.mimetype[:255])
    stands, defaults = standing(ticket_id, about(announced)), default_limits()
    store().ping()
    content = Passing(request.stream, size)
    try:
        file = giving_way(lambda: carry_out(lambda tx: commands.begin(tx, tx.actor, stands, announced, defaults, size)))
    except VezError as error:
        return _refused(content, error)
    return _sent(file, stands, content)


class Passing:
    """A request's body on its way: read in pieces, none of which is kept."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream, self._left = stream, size
        self._digest = hashlib.sha256(request.query_string + b"\n")

    def read(self, size: int = CHUNK, /) -> bytes:
        """The next piece. Raises ClientDisconnected where the sender broke off."""
        piece = self._stream.read(min(size, self._left)) if self._left else b""
        if self._left and not piece:
            raise ClientDisconnected
        self._left -= len(piece)
        self._digest.update(piece)
        return piece

    def drain(self) -> None:
        """Read what is left, so that the sender hears the answer."""
        while self.read():
            """Nothing is kept of it."""

    def digest(self) -> bytes:
        """What stands for the request's query and body, once that was read."""
        return self._digest.digest()


def _size() -> int:
    """How long the body is, where that is no more than may pass. Raises Invalid."""
    size, most = request.content_length, options().streamed_bytes
    wrong = None
    if size is None or size < 0:
        wrong = Message("Say how many bytes you send (Content-Length)")
    elif size == 0:
        wrong = Message("A file has at least one byte")
    elif size > most:
        wrong = Message("At most %(most)s bytes in one request: send a larger file in parts", {"most": most})
    if wrong is not None:
        raise Invalid(WRONG, fields={"size": [wrong]})
    request.max_content_length = most + 1  # where the server ends the body, reaching the bound counts as passing it
    return int(size or 0)


def _sent(file: File, stands: Standing, content: Passing) -> Response:
    """Pass the body on and complete the upload; where that does not come about, none is left under way."""
    place, answer = f"/v1/attachments/{file.id}", None
    try:
        tag = store().put(part_key(file.id, 1), content, file.size)
        take_for_body(content.digest())
        answer = command(
            lambda tx: commands.complete(tx, tx.actor, stands, file.id, [Part(1, file.size, tag)]),
            schemas.Attachment,
            status=202,
            location=lambda made: place,
        )
        return answer
    except VezError:
        content.drain()
        raise
    finally:
        if answer is None or answer.headers.get("Location") != place:
            carry_out(lambda tx: commands.abandon(tx, tx.actor, file.id))


def _refused(content: Passing, error: VezError) -> Response:
    """The answer where no file was taken up, or that of the same request before. Raises `error`."""
    content.drain()
    take_for_body(content.digest())

    def verb(tx: Transaction) -> NoReturn:
        raise error

    return command(verb, schemas.Attachment)
