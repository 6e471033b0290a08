"""The messages that the mail sink took: one file each in the data folder, the newest thousand of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import unquote

import msgspec

from shared import clock
from shared.ids import new_id

KEPT = 1000
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
CID = re.compile(r"cid:([^\s\"'<>)]{1,200})")
PRUNE_EVERY = 50
ID = re.compile(r"[0-9a-f-]{36}")
PARSER = BytesParser(policy=policy.default)


class Message(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A message as it is shown: addresses are those of the envelope, texts are decoded."""

    id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    received_at: datetime


def read(content: bytes, sender: str, recipients: Sequence[str]) -> Message:
    """A message from what came over SMTP. Whatever a broken message lacks is empty."""
    parsed = PARSER.parsebytes(content)
    assert isinstance(parsed, EmailMessage)
    headers: dict[str, str] = {}
    for name, value in parsed.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else str(value)
    return Message(
        id=new_id(),
        sender=sender,
        to=", ".join(recipients),
        subject=headers.get("Subject", ""),
        text=_body(parsed, "plain"),
        html=with_pictures(_body(parsed, "html"), parsed),
        headers=headers,
        received_at=clock.now().astimezone(UTC),
    )


def with_pictures(html: str, message: EmailMessage) -> str:
    """`html` with the pictures that the message carries for it (`cid:`, RFC 2392) put in, as `data:`."""
    if "cid:" not in html:
        return html
    found: dict[str, str] = {}
    for part in message.walk():
        content, name = part.get_payload(decode=True), str(part.get("content-id", "")).strip("<> ")
        if name and isinstance(content, bytes) and part.get_content_type() in PICTURES:
            found[name] = f"data:{part.get_content_type()};base64,{base64.b64encode(content).decode()}"
    return CID.sub(lambda match: found.get(unquote(match[1]), match[0]), html)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


class Mailbox:
    """The folder of messages. One process writes, any reads."""

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        self.folder = folder
        self.kept = kept
        self._since_pruned = PRUNE_EVERY

    def keep(self, message: Message) -> None:
        """Store a message; the oldest beyond the bound go. Raises OSError."""
        new = self.folder / f"{message.id}.new"
        new.write_bytes(msgspec.json.encode(message))
        new.rename(new.with_suffix(".json"))
        self._since_pruned += 1
        if self._since_pruned > PRUNE_EVERY:
            self._since_pruned = 0
            for old in self._files()[self.kept :]:
                old.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        """Newest first: ids are time-ordered."""
        return sorted(self.folder.glob("*.json"), reverse=True)

    def find(self, id: str) -> Message | None:
        """The message of that id."""
        if not ID.fullmatch(id):
            return None
        try:
            return msgspec.json.decode((self.folder / f"{id}.json").read_bytes(), type=Message)
        except (OSError, msgspec.MsgspecError):
            return None

    def newest(self, limit: int, to: str = "") -> list[Message]:
        """The newest messages, those to an address when one is given."""
        found: list[Message] = []
        for file in self._files():
            if len(found) == limit:
                break
            message = self.find(file.stem)
            if message is not None and to in message.to:
                found.append(message)
        return found
