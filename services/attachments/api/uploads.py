"""Uploads: announced here, sent straight to the object store part by part, completed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Response

from services.attachments import commands, queries, schemas
from services.attachments.api.places import about, announcement, default_limits, giving_way, options, standing, store
from services.attachments.rules.files import File, Part, part_key
from services.attachments.rules.rights import Asked
from services.attachments.schemas import Addressed
from shared import clock
from shared.errors import Conflict
from shared.http import blueprint, command, read, respond, signed_in

blp = blueprint("uploads", __name__, description="Sending files")


@blp.route("/uploads", methods=["POST"])
@signed_in
@blp.arguments(schemas.NewUpload)
@blp.response(201, schemas.Upload)
def begin(body: dict[str, Any]) -> Response:
    """Announce a file; PUT each part to its address, then complete the upload."""
    announced = announcement(body, str(body["ticket_id"]), body["size"], body["content_type"])
    stands = standing(announced.ticket_id, about(announced))
    store().ping()
    defaults = default_limits()
    part_bytes = options().part_bytes
    return giving_way(
        lambda: command(
            lambda tx: _addressed(commands.begin(tx, tx.actor, stands, announced, defaults, part_bytes)),
            schemas.Upload,
            status=201,
            location=lambda made: f"/v1/uploads/{made.id}",
            replay=_renewed,
        )
    )


@blp.route("/uploads/<uuid:upload_id>")
@signed_in
@blp.response(200, schemas.Upload)
def upload(upload_id: str) -> Response:
    """My upload, to go on with it: which parts are there, and new addresses for all."""
    return respond(_under_way(upload_id), schemas.Upload)


@blp.route("/uploads/<uuid:upload_id>/complete", methods=["POST"])
@signed_in
@blp.arguments(schemas.Completion)
@blp.response(202, schemas.Attachment)
def complete(body: dict[str, Any], upload_id: str) -> Response:
    """Every part is there: check the file. Only when it is stored can it be read."""
    named = [Part(each["number"], 0, each["etag"]) for each in body["parts"]]
    file = read(lambda reader, actor: queries.upload(reader, actor, upload_id))
    stands = standing(file.ticket_id, Asked((file.parameter,)))
    return command(
        lambda tx: commands.complete(tx, tx.actor, stands, upload_id, named),
        schemas.Attachment,
        status=202,
        location=lambda file: f"/v1/attachments/{file.id}",
    )


def _addressed(file: File, arrived: Mapping[int, str] | None = None) -> Addressed:
    tags, seconds = arrived or {}, options().parts_seconds
    parts: list[Mapping[str, Any]] = [
        {
            "number": part.number,
            "url": store().upload_address(part_key(file.id, part.number), seconds),
            "size": part.size,
            "etag": tags.get(part.number),
        }
        for part in file.parts
    ]
    return Addressed(file.id, clock.now() + timedelta(seconds=seconds), parts)


def _under_way(upload_id: str) -> Addressed:
    file = read(lambda reader, actor: queries.upload(reader, actor, upload_id))
    standing(file.ticket_id)
    if file.state != "uploading":
        raise Conflict("This upload was completed already", type="completed")
    found = {part.number: store().find(part_key(file.id, part.number)) for part in file.parts}
    sizes = {part.number: part.size for part in file.parts}
    return _addressed(file, {n: each.etag for n, each in found.items() if each and each.size == sizes[n]})


def _renewed(stored: dict[str, Any]) -> Response | None:
    """The answer of an Idempotency-Key that was used: the same upload, with addresses that are good now."""
    try:
        return respond(_under_way(stored["body"]["id"]), schemas.Upload, status=201)
    except Conflict:
        return None
