"""Reading people: by administrators, by themselves, and by colleagues who look somebody up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Select, func, literal, select

from services.identity.access.people import find_person, load_person, names_of, person_of, whole
from services.identity.models import people, profiles
from services.identity.rules import people as rules
from services.identity.rules.people import Me, Resource, folded
from shared.database import Id, Reader
from shared.errors import Forbidden, NotFound
from shared.ids import Actor

LOOKING_UP = ("people.manage", "ticket.attend", "ticket.open_for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a list of people is narrowed to. `after` is the last id of the page before."""

    text: str = ""
    profile: str | None = None
    kind: str | None = None
    organisation_id: str | None = None
    is_active: bool | None = None
    ids: tuple[str, ...] | None = None
    after: str | None = None
    most: int = 25


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody in the directory."""

    id: str
    name: str
    email: str | None
    kind: str | None


def person(reader: Reader, actor: Actor, id: str) -> Resource:
    """One person. Raises NotFound for whom the actor may not see."""
    found = load_person(reader, actor, id)[0]
    return rules.resource(found, names_of(reader, [found]))


def people_list(reader: Reader, actor: Actor, sought: Sought) -> list[Resource]:
    """People, oldest first, without machine clients and the erased; one too many tells that there are more."""
    chosen = whole.where(~people.c.is_machine, ~people.c.is_erased).order_by(people.c.id).limit(sought.most + 1)
    if sought.is_active is not None:
        chosen = chosen.where(people.c.is_active == sought.is_active)
    if sought.profile:
        chosen = chosen.where(people.c.profiles.contains([sought.profile]))
    if sought.kind:
        chosen = chosen.where(people.c.kind == sought.kind)
    if sought.organisation_id:
        chosen = chosen.where(people.c.organisation_id == sought.organisation_id)
    if sought.ids is not None:
        chosen = chosen.where(people.c.id == func.any(literal(list(sought.ids), ARRAY(Id()))))
    if sought.after:
        chosen = chosen.where(people.c.id > sought.after)
    found = [person_of(row) for row in reader.all(_matching(chosen, sought.text))]
    names = names_of(reader, found)
    return [rules.resource(each, names) for each in found]


def directory(reader: Reader, actor: Actor, text: str, permission: str | None, most: int) -> list[Entry]:
    """Active people by name, for who transfers a request or opens one for somebody. Raises Forbidden.

    `permission` narrows it to those whose profiles grant that.
    """
    if not any(actor.may(each) for each in LOOKING_UP):
        raise Forbidden("Your profiles do not allow this")
    chosen = select(people.c.id, people.c.name, people.c.email, people.c.kind)
    chosen = chosen.where(people.c.is_active, ~people.c.is_machine).order_by(people.c.name, people.c.id).limit(most)
    if permission:
        grants = select(func.array_agg(profiles.c.code)).where(
            profiles.c.permissions.contains([permission]), ~profiles.c.is_retired
        )
        chosen = chosen.where(people.c.profiles.overlap(grants.scalar_subquery()))
    return [Entry(row.id, row.name, row.email, row.kind) for row in reader.all(_matching(chosen, text))]


def _matching(chosen: Select[Any], text: str) -> Select[Any]:
    """Every word of `text` is somewhere in a name, an e-mail or an identifier, whatever accents and case."""
    for word in folded(text).split():
        chosen = chosen.where(people.c.search_text.contains(word, autoescape=True))
    return chosen


def me(reader: Reader, actor: Actor, session_id: str | None) -> Me:
    """Who is signed in. Raises NotFound for a service."""
    found = find_person(reader, actor.id)
    if found is None or actor.is_service:
        raise NotFound("No such person")
    return rules.me(found[0], sorted(actor.permissions), names_of(reader, [found[0]]), session_id)


def absences_due(reader: Reader, most: int = 100) -> Sequence[str]:
    """The ids of people whose absence begins or has ended since this was last looked at."""
    today = func.timezone(people.c.time_zone, func.clock_timestamp()).cast(people.c.absent_from.type)
    absent = (people.c.absent_from <= today) & (func.coalesce(people.c.absent_until, today) >= today)
    chosen = select(people.c.id).where(people.c.absent_from.is_not(None), absent != people.c.is_absent).limit(most)
    return [row.id for row in reader.all(chosen)]
