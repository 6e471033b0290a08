"""What the attachments service says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from shared.contracts.base import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class _Attachment(Event):
    aggregate: ClassVar[str] = "attachment_id"

    attachment_id: str
    ticket_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentStored(_Attachment):
    """`parameter`: the one of kind file that it answers, whose visibility is the file's."""

    name: ClassVar[str] = "attachment.stored"

    file_name: str
    size: int
    content_type: str
    sha256: str
    internal: bool
    by: str
    parameter: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentRejected(_Attachment):
    name: ClassVar[str] = "attachment.rejected"

    file_name: str
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachmentRemoved(_Attachment):
    name: ClassVar[str] = "attachment.removed"

    by: str
