"""Lists by cursor: opaque, made of the last row's sort keys."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import request

from shared.errors import Invalid, Message

LIMIT, MOST = 25, 100


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a list, and where the next ones begin."""

    items: Sequence[Any]
    next_cursor: str | None


def encode_cursor(keys: Sequence[Any]) -> str:
    """An opaque cursor of a row's sort keys (text, numbers, instants)."""
    return base64.urlsafe_b64encode(msgspec.json.encode(list(keys))).decode().rstrip("=")


class Cursor:
    """Reads the request's cursor."""

    @staticmethod
    def read() -> tuple[Any, ...] | None:
        """The keys of `?cursor=`, or None at the beginning. Raises Invalid."""
        raw = request.args.get("cursor")
        if not raw:
            return None
        try:
            return tuple(msgspec.json.decode(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)), type=list[Any]))
        except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
            wrong = Message("This is not a cursor that an answer gave")
            raise Invalid("Correct the fields named and send it again", fields={"cursor": [wrong]}) from error


def limit() -> int:
    """`?limit=`: 25 unless given, 1 to 100. Raises Invalid."""
    raw = request.args.get("limit")
    if raw is None:
        return LIMIT
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:9]) <= MOST:
        wrong = Message("A whole number from 1 to %(most)s", {"most": MOST})
        raise Invalid("Correct the fields named and send it again", fields={"limit": [wrong]})
    return int(raw)


def page(rows: Sequence[Any], limit: int, keys_of: Any) -> Page:
    """A page of `limit` rows out of `limit + 1` that were read; `keys_of` gives a row's sort keys."""
    more = len(rows) > limit
    items = list(rows[:limit])
    return Page(items, encode_cursor(keys_of(items[-1])) if more else None)
