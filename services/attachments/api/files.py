"""Files as they are read and removed. The ticket service is asked each time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import Response, request

from services.attachments import commands, queries, schemas
from services.attachments.access import load_for_change
from services.attachments.api.places import last_id, standing, store
from services.attachments.rules import ranges
from services.attachments.rules.files import (
    LINK_SECONDS,
    THUMBNAIL_TYPE,
    File,
    content_key,
    may_see,
    thumbnail_key,
    unreadable,
)
from services.attachments.rules.kinds import served_type
from services.attachments.rules.names import disposition
from services.attachments.rules.rights import Asked, Standing
from services.attachments.schemas import Linked
from shared import clock
from shared.errors import NotFound, Retryable
from shared.http import blueprint, command, current_actor, limit, query, read, respond, signed_in
from shared.http.cursors import page

blp = blueprint("attachments", __name__, description="Files of tickets")
POLICY: Final = "sandbox; default-src 'none'"
"""What a browser may do with a file that it shows in spite of all: nothing."""
SEALED: Final = {"Content-Security-Policy": POLICY, "Cross-Origin-Resource-Policy": "same-origin"}


@blp.route("/tickets/<uuid:ticket_id>/attachments")
@signed_in
@blp.response(200, schemas.Attachments)
def files_of(ticket_id: str) -> Response:
    """A ticket's files, oldest first: those that are stored, and my own whatever their state."""
    place, most = last_id(), limit()
    codes = read(lambda reader, actor: queries.parameters_of(reader, actor, ticket_id))
    stands = standing(ticket_id, Asked(codes))

    def noun(reader: Any, actor: Any) -> Any:
        found = queries.files_of(reader, actor, stands, after=place, most=most + 1)
        return page(found, most, lambda file: [file.id])

    return query(noun, schemas.Attachments)


@blp.route("/attachments/<uuid:attachment_id>")
@signed_in
@blp.response(200, schemas.Attachment)
def one(attachment_id: str) -> Response:
    """A file's facts and how its check stands."""
    return respond(_visible(attachment_id)[0], schemas.Attachment)


@blp.route("/attachments/<uuid:attachment_id>", methods=["DELETE"])
@signed_in
@blp.response(204)
def remove(attachment_id: str) -> Response:
    """Take a file out of its ticket."""
    _, stands = _visible(attachment_id, as_value=True)
    return command(lambda tx: commands.remove(tx, tx.actor, stands, attachment_id), None, status=204)


@blp.route("/attachments/<uuid:attachment_id>/content")
@signed_in
@blp.response(200, description="The file's bytes, or with Range a span of them (206)")
def content(attachment_id: str) -> Response:
    """The file itself, or the span that Range names."""
    file = _readable(attachment_id)
    tag = f'"{file.sha256}"'
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers={"ETag": tag})
    wanted = None if request.headers.get("If-Range", tag) != tag else request.headers.get("Range")
    try:
        span = ranges.wanted(wanted, file.size)
    except ranges.Unsatisfiable:
        return Response(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    return _sent(file, span)


@blp.route("/attachments/<uuid:attachment_id>/thumbnail")
@signed_in
@blp.response(200, description="A small picture of the file, as WebP")
def thumbnail(attachment_id: str) -> Response:
    """A small picture of the file, for who may read it; 404 where it is no picture, or none could be made of it."""
    file = _readable(attachment_id)
    if not file.has_thumbnail:
        raise NotFound("There is no small picture of this file")
    tag = f'"{file.sha256}-small"'
    headers = SEALED | {"ETag": tag, "Content-Type": THUMBNAIL_TYPE, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    body = store().open(thumbnail_key(str(file.sha256)))
    if body is None:
        raise Retryable("The object store does not have this file now")
    headers["Content-Length"] = str(body.size)
    return Response(body, headers=headers, direct_passthrough=True)


@blp.route("/attachments/<uuid:attachment_id>/link", methods=["POST"])
@signed_in
@blp.response(200, schemas.Link)
def link(attachment_id: str) -> Response:
    """An address of the object store at which the file can be fetched for a minute."""
    _, stands = _visible(attachment_id)
    return command(
        lambda tx: _linked(load_for_change(tx, tx.actor, stands, attachment_id)),
        schemas.Link,
        replay=lambda stored: respond(_linked(_readable(attachment_id)), schemas.Link),
    )


def _visible(attachment_id: str, *, as_value: bool = False) -> tuple[File, Standing]:
    """A file that the caller may see, and how they stand to its ticket. Raises NotFound, Retryable.

    `as_value`: also, whether it is a value that they may not change.
    """
    file = read(lambda reader, actor: queries.file(reader, actor, attachment_id))
    try:
        stands = standing(file.ticket_id, Asked((file.parameter,), file_id=file.id if as_value else None))
    except NotFound as error:
        raise NotFound("There is no such file") from error
    if not may_see(file, current_actor().id, stands):
        raise NotFound("There is no such file")
    return file, stands


def _readable(attachment_id: str) -> File:
    file, _ = _visible(attachment_id)
    refused = unreadable(file)
    if refused is not None:
        raise refused
    return file


def _linked(file: File) -> Linked:
    refused = unreadable(file)
    if refused is not None:
        raise refused
    key, kind = content_key(str(file.sha256)), served_type(file.content_type)
    url = store().download_address(key, LINK_SECONDS, name=file.name, content_type=kind)
    return Linked(url, clock.now() + timedelta(seconds=LINK_SECONDS))


def _sent(file: File, span: ranges.Span | None) -> Response:
    length = file.size if span is None else span.length
    headers = {
        "Content-Type": served_type(file.content_type),
        "Content-Length": str(length),
        "Content-Disposition": disposition(file.name),
        **SEALED,
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256}"',
    }
    if span is not None:
        headers["Content-Range"] = span.content_range(file.size)
    if request.method == "HEAD":
        return Response(status=200 if span is None else 206, headers=headers)
    start, part = (0, None) if span is None else (span.start, span.length)
    body = store().open(content_key(str(file.sha256)), start=start, length=part)
    if body is None:
        raise Retryable("The object store does not have this file now")
    return Response(body, status=200 if span is None else 206, headers=headers, direct_passthrough=True)
