"""The shapes of this service's bodies: explicit fields, unknown ones refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from marshmallow import Schema, fields, validate

from services.attachments.rules.files import File
from shared.errors import Message
from shared.http import translate

LONGEST_NAME: Final = 1000
MOST_PARTS: Final = 10_000
_TAG: Final = validate.Length(min=1, max=200)
_HASH: Final = validate.Regexp(r"^[0-9a-fA-F]{64}\Z", error="64 hexadecimal digits")


class Facts(Schema):
    """What is said of a file however it is sent."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NAME))
    sha256 = fields.String(
        load_default=None,
        allow_none=True,
        validate=_HASH,
        metadata={"description": "of the whole content: what arrives is held against it"},
    )
    internal = fields.Boolean(load_default=False, metadata={"description": "for attendants alone"})
    message_id = fields.UUID(load_default=None, allow_none=True, metadata={"description": "the message it belongs to"})
    parameter = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=100),
        metadata={"description": "the parameter of kind file that it answers"},
    )


class NewUpload(Facts):
    """What is to be sent."""

    ticket_id = fields.UUID(required=True)
    size = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=2**62, error="A file has at least one byte")
    )
    content_type = fields.String(load_default="", validate=validate.Length(max=255))


class PartAddress(Schema):
    number = fields.Integer(required=True)
    url = fields.String(required=True, metadata={"description": "where to PUT the part's bytes"})
    size = fields.Integer(required=True)
    etag = fields.String(required=True, allow_none=True, metadata={"description": "of what is there already"})


class Upload(Schema):
    """An upload under way. `expires_at`: until when the addresses are good; GET the upload for new ones."""

    id = fields.String(required=True)
    parts = fields.List(fields.Nested(PartAddress), required=True)
    expires_at = fields.DateTime(required=True)


class PartSent(Schema):
    number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MOST_PARTS))
    etag = fields.String(required=True, validate=_TAG, metadata={"description": "the ETag that its PUT was answered"})


class Completion(Schema):
    parts = fields.List(fields.Nested(PartSent), required=True, validate=validate.Length(min=1, max=MOST_PARTS))


class Person(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)


class Attachment(Schema):
    """A file of a ticket."""

    id = fields.String(required=True)
    ticket_id = fields.String(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)
    content_type = fields.String(required=True)
    sha256 = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(("uploading", "checking", "stored", "rejected")))
    reason = fields.String(required=True, allow_none=True)
    internal = fields.Boolean(required=True)
    has_thumbnail = fields.Boolean(required=True)
    message_id = fields.String(required=True, allow_none=True)
    parameter = fields.String(required=True, allow_none=True)
    author = fields.Nested(Person, required=True)
    created_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """A file as it is told to a person, its reason in their language."""
        return shown(obj, translate)


class Attachments(Schema):
    items = fields.List(fields.Nested(Attachment), required=True)
    next_cursor = fields.String(required=True, allow_none=True)

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """A page of files."""
        return {"items": [shown(each, translate) for each in obj.items], "next_cursor": obj.next_cursor}


class Link(Schema):
    """An address at which the file can be fetched by whoever has it, until it ends."""

    url = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


@dataclass(frozen=True, slots=True)
class Addressed:
    """An upload with the addresses of its parts."""

    id: str
    expires_at: datetime
    parts: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as it is answered."""

    url: str
    expires_at: datetime


def shown(file: File, say: Callable[[Message], str]) -> dict[str, Any]:
    """A file on the wire; while it is not checked its type is what its sender said."""
    return {
        "id": file.id,
        "ticket_id": file.ticket_id,
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type or file.declared_type,
        "sha256": file.sha256 if file.is_stored else file.announced_sha256,
        "state": file.state,
        "reason": None if file.reason is None else say(Message(file.reason)),
        "internal": file.is_internal,
        "has_thumbnail": file.is_stored and file.has_thumbnail,
        "message_id": file.message_id,
        "parameter": file.parameter,
        "author": {"id": file.by_id, "name": file.author},
        "created_at": file.created_at,
        "version": file.version,
    }
