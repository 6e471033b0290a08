"""From an object's key back to what it belongs to."""

from __future__ import annotations

import re
import uuid
from typing import Final

from services.attachments.rules.files import QUARANTINE, content_key, thumbnail_key

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def file_of_key(key: str) -> str | None:
    """The id of the file whose part lies at `key`; None where no part of ours would."""
    id = key.removeprefix(QUARANTINE).partition("/")[0]
    try:
        return str(uuid.UUID(id)) if key.startswith(QUARANTINE) else None
    except ValueError:
        return None


def sha256_of_key(key: str) -> str | None:
    """The hash of the content that lies at `key`, or whose small picture does; None where none of ours would."""
    last = key.rpartition("/")[2]
    is_ours = _SHA256.fullmatch(last) and key in (content_key(last), thumbnail_key(last))
    return last if is_ours else None
