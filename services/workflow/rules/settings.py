"""Settings: which there are, what they may hold, and that both fallbacks are never empty."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import available_timezones

from shared.errors import Invalid, Message, NotFound

DEFAULT_ATTENDANT: Final = "client_online.default_attendant"
FALLBACK_QUEUE: Final = "client_online.fallback_queue"
HOUSE_NAME: Final = "house.name"
HOUSE_LOGO: Final = "house.logo"
HOUSE_PICTURE: Final = "house.logo_picture"
TIME_ZONE: Final = "house.time_zone"

Kind = Literal["person", "queue", "text", "time_zone", "picture"]
KINDS: Final[dict[str, Kind]] = {
    DEFAULT_ATTENDANT: "person",
    FALLBACK_QUEUE: "queue",
    HOUSE_NAME: "text",
    HOUSE_LOGO: "text",
    HOUSE_PICTURE: "picture",
    TIME_ZONE: "time_zone",
}
PUBLIC: Final = frozenset({HOUSE_NAME, HOUSE_LOGO, TIME_ZONE})
"""What everybody who is signed in may read: the house's own name, logo and time zone."""

LONGEST: Final = 2000
LARGEST_PICTURE: Final = 64 * 1024
PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
"""How PNG and JPEG begin: what mail programs and browsers show alike, and what runs nothing."""
UNREADABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a setting shows them."""

    id: str
    name: str


def kind_of(key: str) -> Kind:
    """The kind of a known setting. Raises NotFound."""
    if key not in KINDS:
        raise NotFound("There is no setting %(key)s", key=key)
    return KINDS[key]


def plain(kind: Kind, value: Any) -> str | None:
    """The value of a setting that names nothing else, an empty one as null. Raises Invalid."""
    if value is None or value == "":
        return None
    if kind == "picture":
        return _picture(value)
    if not isinstance(value, str) or len(value) > LONGEST or UNREADABLE.search(value):
        raise wrong(Message("A text of at most %(most)s characters", {"most": LONGEST}))
    if kind == "time_zone" and value not in available_timezones():
        raise wrong(Message("There is no time zone %(zone)s", {"zone": value}))
    return value


def told(kind: Kind, value: Any) -> Any:
    """A value as the audit log has it: of a picture its digest, which tells whether it is another."""
    return hashlib.sha256(str(value).encode()).hexdigest() if kind == "picture" and value else value


def _picture(value: Any) -> str:
    try:
        content = base64.b64decode(value, validate=True)
    except (TypeError, ValueError):
        content = b""
    if len(content) > LARGEST_PICTURE or not content.startswith(PICTURES):
        raise wrong(Message("A PNG or JPEG picture of at most %(most)s KB", {"most": LARGEST_PICTURE // 1024}))
    return str(value)


def wrong(message: Message) -> Invalid:
    """The refusal of a setting's value."""
    return Invalid("Correct the fields named and send it again", fields={"value": [message]})


def refuse_no_fallback(types_without: list[str]) -> None:
    """Raises Invalid where the setting is emptied while flows of `types_without` have no fallback of their own."""
    if types_without:
        text = "The flows of %(types)s have no fallback of their own: name a queue here, or give them one first"
        raise wrong(Message(text, {"types": types_without}))


@dataclass(frozen=True, slots=True)
class NamedQueue:
    """A queue as a setting shows it."""

    code: str
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a setting's value names, and what is wrong with that: someone who cannot act, a queue of nobody."""

    person: Named | None = None
    queue: NamedQueue | None = None
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingShown:
    """A setting; version 0, and nobody who updated it, until it is first set."""

    key: str
    value: Any
    version: int
    updated_at: datetime | None = None
    updated_by: Named | None = None
    meaning: Meaning = Meaning()


def meaning_of_person(id: str, name: str, *, can_attend: bool, is_alone: bool) -> Meaning:
    """What a setting that names a person means; `is_alone`: absent, and nobody who is there stands in for them."""
    warnings = []
    if not can_attend:
        text = "%(person)s cannot attend tickets now: new tickets go to the fallback queue"
        warnings.append(Message(text, {"person": name}))
    elif is_alone:
        text = "%(person)s is absent and nobody stands in: new tickets go to the fallback queue"
        warnings.append(Message(text, {"person": name}))
    return Meaning(person=Named(id, name), warnings=tuple(warnings))


def meaning_of_queue(code: str, names: dict[str, str], *, is_retired: bool, able: int) -> Meaning:
    """What a setting that names a queue means."""
    warnings = []
    if is_retired:
        warnings.append(Message("Queue %(queue)s is retired", {"queue": code}))
    if able == 0:
        warnings.append(Message("Nobody in queue %(queue)s can attend tickets now", {"queue": code}))
    return Meaning(queue=NamedQueue(code, names), warnings=tuple(warnings))
