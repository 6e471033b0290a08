"""The addresses at which mail may come in, and the tokens in them that nobody guesses.

A letter about a ticket asks for answers at `answers+TOKEN@house`, where the token names the delivery and is sealed: who
has it was sent the letter, or was given it by who was.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

SEAL_BYTES: Final = 10
LONGEST_TOKEN: Final = 60
Kind = Literal["answer", "intake", "bounce"]


@dataclass(frozen=True, slots=True)
class Intake:
    """What a mail to an intake address opens: a draft of a type, or a ticket that is submitted."""

    type: str
    submits: bool


@dataclass(frozen=True, slots=True)
class Door:
    """What an address is for. `delivery_id`: the letter that is answered, where the address carries a good token."""

    kind: Kind
    delivery_id: str | None = None
    intake: Intake | None = None


@dataclass(frozen=True, slots=True)
class Doors:
    """The house's own addresses: `reply` for answers (empty: none are taken), `sender` where bounces come to."""

    reply: str
    sender: str
    intakes: Mapping[str, Intake] = field(default_factory=dict)
    key: bytes = b""

    def at(self, address: str) -> Door | None:
        """What is behind an address; None where it is none of ours, or carries a token that we did not make."""
        wanted = address.strip().lower()
        if wanted in self.intakes:
            return Door("intake", intake=self.intakes[wanted])
        if self.reply and wanted == self.reply.lower():
            return Door("answer")
        if wanted == self.sender.lower():
            return Door("bounce")
        token = self._token(wanted)
        delivery_id = None if token is None else read_token(self.key, token)
        return None if delivery_id is None else Door("answer", delivery_id)

    def answer_to(self, delivery_id: str) -> str | None:
        """Where to answer a letter; None where no answers are taken."""
        if not self.reply or not self.key:
            return None
        local, _, domain = self.reply.rpartition("@")
        return f"{local}+{make_token(self.key, delivery_id)}@{domain}"

    def is_ours(self, address: str) -> bool:
        """Whether the house itself writes from an address."""
        return address.lower() == self.sender.lower() or self.at(address) is not None

    def _token(self, address: str) -> str | None:
        local, _, domain = self.reply.lower().rpartition("@")
        begin, _, own = address.rpartition("@")
        if not local or own != domain or not begin.startswith(f"{local}+"):
            return None
        return begin.removeprefix(f"{local}+")


def make_token(key: bytes, delivery_id: str) -> str:
    """The token of a delivery, fit for the local part of an address, which may change its case on the way."""
    body = uuid.UUID(delivery_id).bytes
    return base64.b32encode(body + _seal(key, body)).decode().rstrip("=").lower()


def read_token(key: bytes, token: str) -> str | None:
    """The delivery that a token of ours names, else None."""
    if not key or len(token) > LONGEST_TOKEN:
        return None
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    body, seal = raw[:16], raw[16:]
    return str(uuid.UUID(bytes=body)) if len(body) == 16 and hmac.compare_digest(_seal(key, body), seal) else None


def _seal(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, b"answer:" + body, hashlib.sha256).digest()[:SEAL_BYTES]
