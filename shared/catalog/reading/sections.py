"""The parts of a catalog that stand before its types: kinds of client, calendars, queues and groups."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from shared.catalog.definitions import Calendar, ClientKind, Group, Queue
from shared.catalog.reading import words
from shared.catalog.reading.cursor import Cursor

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
IDENTIFIERS: Final = ("email", "cpf_cnpj", "registration")
_HOURS = re.compile(
    r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])|([01][0-9]|2[0-3]):([0-5][0-9])-24:00"
)
_DAYS = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?")
Opening = tuple[str, str]


def client_kind(at: Cursor) -> ClientKind | None:
    """A plain code (signs in by e-mail), or `{code, login, name}`."""
    if at.is_scalar:
        code = at.code()
        return ClientKind(code=code) if code else None
    fields = at.fields("code", "login", "name")
    code = fields.need("code", Cursor.code)
    login = fields.get("login", lambda part: part.each(lambda each: each.word(*IDENTIFIERS)), ("email",))
    names = fields.get("name", Cursor.texts, {})
    if fields.has("login") and fields.all["login"].is_list and not fields.all["login"].items():
        at.problem("Such a client could not sign in.", "Name an identifier: email, cpf_cnpj or registration.")
    return ClientKind(code=code, login=tuple(dict.fromkeys(login)) or ("email",), names=names) if code else None


def group(at: Cursor) -> Group | None:
    """`{code, name}`."""
    fields = at.fields("code", "name")
    code, names = fields.need("code", Cursor.code), fields.need("name", Cursor.texts)
    return Group(code=code, names=names or {}) if code else None


def queue(at: Cursor) -> Queue | None:
    """`{code, name, members: [E-MAIL]}`."""
    fields = at.fields("code", "name", "members")
    code, names = fields.need("code", Cursor.code), fields.need("name", Cursor.texts)
    members = fields.get("members", lambda part: part.each(words.email), ())
    for member in sorted({member for member in members if members.count(member) > 1}):
        at.problem("%(member)s is in it twice.", "Name each member once.", member=member)
    if not members:
        at.log.warning(at.path, "Nobody is in this queue.", "Name its members, or what it holds stays there.")
    return Queue(code=code, names=names or {}, members=tuple(dict.fromkeys(members))) if code else None


def calendar(at: Cursor) -> Calendar | None:
    """`{code, timezone, hours: {mon-fri: ["08:00-12:00"]}, holidays: BR-SP}`; its names are judged later."""
    fields = at.fields("code", "timezone", "hours", "holidays")
    code = fields.need("code", Cursor.code)
    timezone = fields.need("timezone", Cursor.text)
    hours = fields.need("hours", _hours)
    holidays = fields.get("holidays", Cursor.text, None)
    return Calendar(code=code, timezone=timezone or "", hours=hours or {}, holidays=holidays) if code else None


def _hours(at: Cursor) -> dict[str, tuple[Opening, ...]]:
    hours: dict[str, tuple[Opening, ...]] = {}
    for entry in at.entries().values():
        openings = _openings(entry)
        for day in _days(entry):
            if day in hours:
                entry.problem("%(day)s has its hours already.", "Name each weekday once.", day=day)
            hours[day] = openings
    if not any(hours.values()):
        at.problem("This calendar is never open.", 'Write hours such as mon-fri: ["08:00-12:00", "13:00-18:00"].')
    return {day: hours[day] for day in WEEKDAYS if hours.get(day)}


def _days(at: Cursor) -> tuple[str, ...]:
    name = at.path.rpartition(".")[2]
    found = _DAYS.fullmatch(name)
    if found and found[1] in WEEKDAYS and (found[2] or found[1]) in WEEKDAYS:
        first, last = WEEKDAYS.index(found[1]), WEEKDAYS.index(found[2] or found[1])
        if first <= last:
            return WEEKDAYS[first : last + 1]
    at.problem(
        "%(name)s names no weekdays.", "Write mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri.", name=name
    )
    return ()


def _openings(at: Cursor) -> tuple[Opening, ...]:
    openings = at.each(_opening) if at.is_list else tuple(filter(None, [_opening(at)]))
    ordered = tuple(sorted(openings))
    for earlier, later in pairwise(ordered):
        if later[0] < earlier[1]:
            at.problem(
                "%(from_)s and %(to)s overlap.",
                "Write hours that follow one another.",
                from_="-".join(earlier),
                to="-".join(later),
            )
    return ordered


def _opening(at: Cursor) -> Opening | None:
    text = str(at.node.value) if at.is_scalar else ""
    start, _, end = text.partition("-")
    if _HOURS.fullmatch(text) and start < end:
        return start, end
    at.problem("These are no opening hours.", 'Write "08:00-12:00", the end after the beginning ("24:00" is midnight).')
    return None
