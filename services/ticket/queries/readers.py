"""Who may see a ticket and why, by the very predicates that let them: `seeing.REASONS`.

Everybody who can sign in is judged. What profiles grant is merged once for each combination of profiles that people
have, of which there are few, and the predicates read the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, func, select

from services.ticket.access.loading import load_ticket
from services.ticket.access.seeing import CODES, ORGANISATION, REASONS, each_of, granted, may_see, recordset
from services.ticket.models import holders, people, profiles, queues, shares, tickets
from services.ticket.rules import problems
from services.ticket.rules.answers import Named, PersonNamed, ReaderShown, ReasonShown
from services.ticket.rules.reading import Reading
from services.ticket.rules.ticket import MODULE
from shared.catalog.definitions import text_in
from shared.database import Id, Reader, compiled
from shared.ids import Actor

MANAGES: Final = "people.manage"
FIRST: Final = "00000000-0000-0000-0000-000000000000"
QUEUE: Final = "queue:"

_reader: Final = people.alias("reader")
_rights: Final = recordset("rights", profiles=CODES)
_WHO: Final = each_of(_reader.c.id, _rights)
_acts: Final = and_(_reader.c.is_active, ~_reader.c.is_machine)
_ticket_id: Final = bindparam("ticket_id", type_=Id())

_COMBINATIONS: Final = compiled(select(_reader.c.profiles).where(_acts).distinct())
_PROFILES: Final = compiled(
    select(profiles.c.code, profiles.c.names, profiles.c.permissions, profiles.c.scopes).where(~profiles.c.is_retired)
)
_READERS: Final = compiled(
    select(
        _reader.c.id,
        _reader.c.display_name,
        _reader.c.kind,
        _reader.c.profiles,
        _WHO.queues.label("queues"),
        *(reason(tickets, _WHO).label(f"by_{name}") for name, reason in REASONS.items()),
    )
    .select_from(
        _rights.join(_reader, and_(_reader.c.profiles == _rights.c.profiles, _acts)).join(
            tickets, tickets.c.id == _ticket_id
        )
    )
    .where(may_see(tickets, _WHO), _reader.c.id > bindparam("after", type_=Id()))
    .order_by(_reader.c.id)
    .limit(bindparam("most"))
)
_QUEUES: Final = compiled(
    select(queues.c.code, queues.c.names)
    .select_from(holders.join(queues, holders.c.holder == QUEUE + queues.c.code))
    .where(holders.c.ticket_id == _ticket_id)
    .order_by(queues.c.code)
)
_SHARES: Final = compiled(
    select(shares.c.person_id, func.max(shares.c.expires_at).label("expires_at"))
    .where(shares.c.ticket_id == _ticket_id)
    .group_by(shares.c.person_id)
)


class Around(msgspec.Struct, frozen=True):
    """What explains the reasons: the profiles in use by code, the queues that hold or held it, and when shares end."""

    reading: Reading
    profiles: dict[str, Any]
    queues: dict[str, Named]
    shares: dict[str, datetime]


def readers_of(
    reader: Reader, actor: Actor, ticket_id: str, *, after: str | None, most: int
) -> tuple[list[ReaderShown], bool]:
    """At most `most` of those who may see the ticket, and whether its type is confidential.

    Raises NoSuchTicket where `actor` may not see it, Forbidden for who does not manage people.
    """
    reading = load_ticket(reader, actor, ticket_id)
    if not actor.may(MANAGES):
        raise problems.forbidden()
    known = {row.code: row for row in reader.all(_PROFILES)}
    rights = msgspec.json.encode(_rights_of([row.profiles for row in reader.all(_COMBINATIONS)], known)).decode()
    asked = {"rights": rights, "ticket_id": ticket_id, "now": reader.now, "after": after or FIRST, "most": most}
    around = Around(
        reading,
        known,
        {row.code: _named(row, actor.language) for row in reader.all(_QUEUES, ticket_id=ticket_id)},
        {row.person_id: row.expires_at for row in reader.all(_SHARES, ticket_id=ticket_id)},
    )
    found = [_shown(row, around) for row in reader.all(_READERS, **asked)]
    return found, reading.names.is_confidential


def _rights_of(combinations: Sequence[Sequence[str]], known: dict[str, Any]) -> list[dict[str, Any]]:
    """What each combination of profiles grants; those that do not open the tickets' pages are left out."""
    rights: list[dict[str, Any]] = []
    for codes in combinations:
        theirs = [known[code] for code in codes if code in known]
        permissions = frozenset[str]().union(*(each.permissions for each in theirs))
        scopes = frozenset[str]().union(*(each.scopes for each in theirs))
        if permissions.intersection(MODULE):
            rights.append({"profiles": list(codes), **granted(permissions, scopes)})
    return rights


def _shown(row: Any, around: Around) -> ReaderShown:
    by = ("author",) if around.reading.ticket.is_draft else [n for n in REASONS if getattr(row, f"by_{n}")]
    reasons = tuple(_reason(name, row, around) for name in by)
    return ReaderShown(PersonNamed(row.id, row.display_name), row.kind, reasons)


def _reason(name: str, row: Any, around: Around) -> ReasonShown:
    theirs = [around.profiles[code] for code in row.profiles if code in around.profiles]
    language = around.reading.language
    granting = tuple(_named(each, language) for each in theirs if _grants(each, name, around.reading))
    held = around.queues if name == "has_held" else {}
    if name == "holds":
        held = {code: each for code, each in around.queues.items() if code == around.reading.ticket.holder_queue}
    mine = tuple(each for code, each in held.items() if code in row.queues)
    return ReasonShown(name, granting, mine, around.shares.get(row.id) if name == "shared" else None)


def _grants(profile: Any, name: str, reading: Reading) -> bool:
    """Whether the reason is this profile's doing."""
    if name == "reads_all":
        return "ticket.read_all" in profile.permissions
    if name == "organisation":
        return ORGANISATION in profile.scopes
    covering = {f"type:{reading.ticket.type}", f"group:{reading.names.group}"}
    return name == "scope" and not covering.isdisjoint(profile.scopes)


def _named(row: Any, language: str) -> Named:
    return Named(row.code, text_in(row.names, language) or row.code)
