"""Who sees a ticket, in SQL. Source: domain page, *People and access*.

`Who` holds the one who looks: bind parameters for one actor, columns for many at once. What `may_see` says of a row,
`rules.ticket.standing` says of the ticket in Python; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    FromClause,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from services.ticket.models import holders, people, queues, shares, types
from services.ticket.rules.ticket import ATTENDED
from shared.database import Id, Instant
from shared.ids import Actor

Predicate = ColumnElement[bool]
CODES: Final = ARRAY(Text)
IDS: Final = ARRAY(Id())
ORGANISATION: Final = "organisation"
"""The scope in a profile that lets a client see the tickets of everybody in their organisation."""


@dataclass(frozen=True, slots=True)
class Who:
    """The one who looks: ids, what their profiles grant, their queues, and their keys among the holders."""

    id: ColumnElement[Any]
    text_id: ColumnElement[Any]
    attends: Predicate
    opens_for: Predicate
    reads_all: Predicate
    sees_organisation: Predicate
    scope_types: ColumnElement[Any]
    scope_groups: ColumnElement[Any]
    queues: ColumnElement[Any]
    keys: ColumnElement[Any]
    now: ColumnElement[Any]


team: Final = queues.alias("team")


def word(value: str) -> ColumnElement[str]:
    """A constant of ours in the text of a statement, so that the planner sees it."""
    return literal_column(f"'{value}'", Text)


def one_of(found: ColumnElement[Any], values: tuple[str, ...]) -> Predicate:
    """What was found is one of our constants."""
    return found.in_([word(value) for value in values])


def _member(text_id: ColumnElement[Any]) -> Predicate:
    return team.c.members.contains(array([text_id], type_=Text))


def queues_of(text_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """The codes of a person's queues, as an array."""
    mine = select(team.c.code).where(_member(text_id)).correlate_except(team)
    return func.array(mine.scalar_subquery(), type_=CODES)


def keys_of(text_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """How `holders` names a person and their queues, as an array."""
    mine = select(word("queue:") + team.c.code).where(_member(text_id)).correlate_except(team)
    return func.array_append(func.array(mine.scalar_subquery(), type_=CODES), text_id, type_=CODES)


_me: Final = cast(bindparam("actor_id", type_=Text), Text)

ONE: Final = Who(
    id=bindparam("actor_id", type_=Id()),
    text_id=_me,
    attends=bindparam("attends", type_=Boolean),
    opens_for=bindparam("opens_for", type_=Boolean),
    reads_all=bindparam("reads_all", type_=Boolean),
    sees_organisation=bindparam("sees_organisation", type_=Boolean),
    scope_types=bindparam("scope_types", type_=CODES),
    scope_groups=bindparam("scope_groups", type_=CODES),
    queues=queues_of(_me),
    keys=keys_of(_me),
    now=bindparam("now", type_=Instant()),
)


GRANTS: Final = {
    "attends": Boolean,
    "opens_for": Boolean,
    "reads_all": Boolean,
    "sees_organisation": Boolean,
    "scope_types": CODES,
    "scope_groups": CODES,
}
"""What profiles grant, as columns: `granted` gives their values."""


def recordset(name: str, **columns: Any) -> FromClause:
    """Rows sent as the JSON parameter `name`: these columns, and what profiles grant to whom each row is about."""
    found = func.json_to_recordset(cast(bindparam(name, type_=Text), JSON)).table_valued(
        *(column(each, type_) for each, type_ in {**columns, **GRANTS}.items()), name=name
    )
    return found.render_derived(with_types=True)


def each_of(id: ColumnElement[Any], grants: FromClause) -> Who:
    """Many who look: their ids in a column, and what their profiles grant in a recordset's."""
    text_id = cast(id, Text)
    return Who(
        id=id,
        text_id=text_id,
        **{name: grants.c[name] for name in GRANTS},
        queues=queues_of(text_id),
        keys=keys_of(text_id),
        now=bindparam("now", type_=Instant()),
    )


def granted(permissions: frozenset[str], scopes: frozenset[str]) -> dict[str, Any]:
    """What profiles grant, as the values of `Who`'s columns."""
    named = [s.partition(":") for s in scopes] if "ticket.read" in permissions else []
    return {
        "attends": "ticket.attend" in permissions,
        "opens_for": "ticket.open_for" in permissions,
        "reads_all": "ticket.read_all" in permissions,
        "sees_organisation": ORGANISATION in scopes,
        "scope_types": [code for word, _, code in named if word == "type"],
        "scope_groups": [code for word, _, code in named if word == "group"],
    }


def looking(actor: Actor) -> dict[str, Any]:
    """The values of `ONE` for an actor, but for `now`."""
    return {"actor_id": actor.id, **granted(actor.permissions, actor.scopes)}


def is_guardian(t: FromClause, who: Who) -> Predicate:
    """The one who looks is a guardian of the client."""
    client = people.alias("dependant")
    mine = client.c.guardians.contains(array([who.text_id], type_=Text))
    return exists().where(client.c.id == t.c.client_id, mine).correlate_except(client)


def is_shared(t: FromClause, who: Who) -> Predicate:
    """Shared by name and not expired, or by the organisation's role."""
    return or_(is_shared_by_name(t, who), is_of_the_organisation(t, who))


def is_shared_by_name(t: FromClause, who: Who) -> Predicate:
    """Shared with the one who looks, and not expired."""
    by_name = exists().where(shares.c.ticket_id == t.c.id, shares.c.person_id == who.id, shares.c.expires_at > who.now)
    return by_name.correlate_except(shares)


def is_of_the_organisation(t: FromClause, who: Who) -> Predicate:
    """The client belongs to the same organisation, and a profile shows the one who looks what is all its people's."""
    client, me = people.alias("colleague"), people.alias("myself")
    together = client.c.organisation_id == me.c.organisation_id
    same = exists().where(client.c.id == t.c.client_id, me.c.id == who.id, together)
    return and_(who.sees_organisation, same.correlate_except(client, me))


def has_held(t: FromClause, who: Who) -> Predicate:
    """The one who looks, or a queue of theirs, holds the ticket or has held it."""
    mine = exists().where(holders.c.ticket_id == t.c.id, holders.c.holder == any_(who.keys))
    return mine.correlate_except(holders)


def in_scope(t: FromClause, who: Who) -> Predicate:
    """Its type or its group is in the profile's `ticket.read` scope."""
    in_group = exists().where(types.c.code == t.c.type, types.c.group_code == any_(who.scope_groups))
    return or_(t.c.type == any_(who.scope_types), in_group.correlate_except(types))


def is_confidential(t: FromClause) -> Predicate:
    """Its type is confidential: only who holds it now sees it among the attendants."""
    return exists().where(types.c.code == t.c.type, types.c.is_confidential).correlate_except(types)


def holds(t: FromClause, who: Who) -> Predicate:
    """The one who looks, or a queue of theirs, holds it now: as holder, as asked approver, or as who scheduled it."""
    mine = or_(t.c.holder_person_id == who.id, t.c.holder_queue == any_(who.queues), who.text_id == any_(t.c.approvers))
    return or_(
        and_(one_of(t.c.turn_side, ATTENDED), mine),
        and_(~one_of(t.c.turn_side, ATTENDED), t.c.scheduled_until.is_not(None), t.c.last_attendant_id == who.id),
    )


def _person_who_holds(t: FromClause, person: FromClause) -> Predicate:
    """`person` holds it now in person, in one of the ways of `holds`."""
    acts = or_(person.c.id == t.c.holder_person_id, person.c.id == any_(cast(t.c.approvers, IDS)))
    return or_(
        and_(one_of(t.c.turn_side, ATTENDED), acts),
        and_(~one_of(t.c.turn_side, ATTENDED), t.c.scheduled_until.is_not(None), person.c.id == t.c.last_attendant_id),
    )


def stands_in(t: FromClause, who: Who) -> Predicate:
    """Who holds it in person is absent, and the one who looks is their substitute."""
    away = people.alias("away")
    mine = and_(away.c.is_absent, away.c.substitute_id == who.id, _person_who_holds(t, away))
    return exists().where(mine).correlate_except(away)


def leads(t: FromClause, who: Who) -> Predicate:
    """The one who looks is the superior of who holds it in person."""
    led = people.alias("led")
    mine = and_(led.c.superior_id == who.id, _person_who_holds(t, led))
    return exists().where(mine).correlate_except(led)


ATTENDING: Final[dict[str, Callable[[FromClause, Who], Predicate]]] = {
    "reads_all": lambda t, who: who.reads_all,
    "scope": in_scope,
    "opened": lambda t, who: and_(who.opens_for, t.c.author_id == who.id),
    "holds": lambda t, who: and_(who.attends, holds(t, who)),
    "stands_in": lambda t, who: and_(who.attends, stands_in(t, who)),
    "has_held": lambda t, who: and_(who.attends, has_held(t, who), ~is_confidential(t)),
    "leads": lambda t, who: and_(who.attends, leads(t, who), ~is_confidential(t)),
}
"""Why somebody sees a ticket as an attendant does."""

REASONS: Final[dict[str, Callable[[FromClause, Who], Predicate]]] = {
    "client": lambda t, who: t.c.client_id == who.id,
    **ATTENDING,
    "guardian": is_guardian,
    "shared": is_shared_by_name,
    "organisation": is_of_the_organisation,
}
"""Why somebody sees a ticket that is no draft: whoever has any of these does, and nobody else."""


def attends(t: FromClause, who: Who) -> Predicate:
    """Sees it as an attendant, of those who are not drafts."""
    return or_(*(reason(t, who) for reason in ATTENDING.values()))


def may_see(t: FromClause, who: Who) -> Predicate:
    """Whether the one who looks may see row `t` of tickets at all."""
    beyond_draft = or_(*(reason(t, who) for reason in REASONS.values()))
    return case(
        (t.c.status == word("draft"), t.c.author_id == who.id),
        (t.c.status == word("deleted"), false()),
        else_=beyond_draft,
    )
