"""Making and changing people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from services.identity.access.people import (
    ended_sessions,
    load_person,
    may_change,
    names_of,
    permissions_by_profile,
)
from services.identity.commands import content
from services.identity.models import identifiers, passwords, people, profiles, sessions
from services.identity.rules import people as rules
from services.identity.rules.people import OWN, NewPerson, Person, Resource
from services.identity.rules.permissions import ADMINISTRATOR, may_grant
from shared.database import Reader, compiled
from shared.errors import Conflict, Forbidden, VezError
from shared.ids import Actor, new_id
from shared.transaction import Transaction

_OTHER_ADMINISTRATORS: Final = compiled(
    select(func.count())
    .select_from(people)
    .where(
        people.c.profiles.contains([ADMINISTRATOR]),
        people.c.is_active,
        ~people.c.is_machine,
        people.c.id != bindparam("id"),
    )
)
_ADMINISTRATOR_TOUCHED: Final = compiled(select(profiles.c.updated_at).where(profiles.c.code == ADMINISTRATOR))


def create_person(tx: Transaction, actor: Actor, new: NewPerson, *, password_hash: str | None = None) -> Resource:
    """Make a person. Raises Forbidden, or Invalid with every field that is wrong."""
    return make(tx, actor, rules.born(new_id(), new, tx.now), password_hash=password_hash)


def make(tx: Transaction, actor: Actor, draft: Person, *, password_hash: str | None = None) -> Resource:
    """Store a person who was just born. Raises as `create_person` does."""
    person = judged_new(tx, actor, draft)
    store(tx, person, password_hash=password_hash)
    return rules.resource(person, names_of(tx, [person]))


def judged_new(tx: Transaction, actor: Actor, draft: Person, *, also: Collection[str] = ()) -> Person:
    """Somebody to be made, in normal form; `also` are ids of people whom the same commit makes.

    Raises as `create_person` does.
    """
    tx.in_order(forbidden=refusal(tx, actor, (), draft.profiles), moves=False)
    return checked(tx, draft, None, also=also)


def store(tx: Transaction, person: Person, *, password_hash: str | None = None) -> None:
    """Write somebody who was judged and is new, tell the others, and audit it."""
    tx.create(people, row(person))
    _write_identifiers(tx, {}, content.named(person), person.id)
    if password_hash is not None:
        tx.insert(passwords, {"person_id": person.id, "hash": password_hash, "changed_at": tx.now})
    tx.emit(rules.told(person, ()))
    tx.audit("person", person.id, "create_person", {"profiles": person.profiles, "kind": person.kind})


def change_person(tx: Transaction, actor: Actor, id: str, changes: Mapping[str, Any]) -> Resource:
    """Change a person; everybody may change a little of themselves. Raises NotFound, Forbidden, Invalid, Conflict…"""
    before, granted = load_person(tx, actor, id)
    own = actor.id == id and OWN.issuperset(changes)
    after = rules.changed(before, changes, tx.now)
    tx.in_order(
        forbidden=None if own else refusal(tx, actor, granted, {*before.profiles} ^ {*after.profiles}),
        conflict=last_administrator(tx, before, after),
        version=before.version,
    )
    after = checked(tx, after, before)
    save(tx, before, after, "change_person", detail={name: changes[name] for name in sorted(changes)})
    return rules.resource(after, names_of(tx, [after]))


def set_active(tx: Transaction, actor: Actor, id: str, *, is_active: bool) -> Resource:
    """Disable a person, which ends their sessions and tokens at once, or let them in again."""
    before, granted = load_person(tx, actor, id)
    after = replace(rules.changed(before, {}, tx.now), is_active=is_active)
    if not is_active:
        after = replace(after, signed_out_at=tx.now)
    tx.in_order(
        forbidden=refusal(tx, actor, granted, ()),
        conflict=last_administrator(tx, before, after),
        version=before.version,
    )
    if not is_active:
        end_open_sessions(tx, id, "disabled")
    save(tx, before, after, "enable_person" if is_active else "disable_person", detail={})
    return rules.resource(after, names_of(tx, [after]))


def turn_absence(tx: Transaction, id: str) -> None:
    """An absence begins or ends: the other services are told."""
    found = load_person(tx, tx.actor, id)[0]
    after = replace(found, is_absent=rules.absent_at(found, tx.now))
    if after != found:
        tx.change(people, id, {"is_absent": after.is_absent})
        tx.emit(rules.told(after, ended_sessions(tx, id, tx.now)))


# ---- what several verbs share ----------------------------------------------------------------------------------------


def refusal(
    reader: Reader, actor: Actor, granted: Collection[str], profiles_moved: Collection[str]
) -> Forbidden | None:
    """Why `actor` may not change somebody to whom that is granted, or move these profiles; None if they may."""
    if not may_change(actor, ()):
        return Forbidden("Your profiles do not allow this")
    moved = frozenset[str]().union(*permissions_by_profile(reader, profiles_moved).values())
    if not may_change(actor, granted) or not may_grant(actor, moved):
        return Forbidden("Nobody grants more than they have themselves", type="grants-too-much")
    return None


def save(tx: Transaction, before: Person, after: Person, action: str, *, detail: Mapping[str, Any]) -> None:
    """Write what changed of a person, tell the others, and audit it. Raises Conflict where they are erased."""
    if before.is_erased:
        raise Conflict("This person's data was erased: nothing of it can change any more", type="erased")
    old, new = row(before), row(after)
    tx.change(people, after.id, {k: v for k, v in new.items() if v != old[k]}, version=before.version)
    _write_identifiers(tx, content.named(before), content.named(after), after.id)
    tx.emit(rules.told(after, ended_sessions(tx, after.id, tx.now)))
    tx.audit("person", after.id, action, detail)


def checked(tx: Transaction, person: Person, before: Person | None, *, also: Collection[str] = ()) -> Person:
    """The person in normal form; `also` are ids of people whom the same commit makes.

    Raises Invalid with everything that is wrong.
    """
    wrong = content.Wrong()
    email, others = content.normal_identifiers(person.email, person.identifiers, wrong)
    person = replace(person, name=" ".join(person.name.split()), email=email, identifiers=others)
    known = permissions_by_profile(tx, person.profiles)
    for code in person.profiles:
        if code not in known and not (before and code in before.profiles):
            wrong.add("profiles", "There is no profile %(code)s", code=code)
    content.check_kind(tx, person, before, wrong)
    content.check_taken(tx, person, before, wrong)
    content.check_related(tx, person, before, wrong, also)
    content.check_organisation(tx, person, before, wrong)
    content.check_absence(person, wrong)
    wrong.refuse()
    return person


def row(person: Person) -> dict[str, Any]:
    """A person's columns, those left out that the unit of work keeps."""
    left_out = ("identifiers", "version", "sequence")
    values = {name: getattr(person, name) for name in Person.__dataclass_fields__ if name not in left_out}
    values["profiles"], values["guardians"] = list(person.profiles), list(person.guardians)
    values["search_text"] = rules.folded(person.name, person.email, *person.identifiers.values())
    return values


def end_open_sessions(tx: Transaction, person_id: str, reason: str) -> None:
    """End every session of a person that is open."""
    ended = {"ended_at": tx.now, "end_reason": reason}
    tx.update(sessions, {"person_id": person_id}, ended, expect={"ended_at": None}, must=False)


def last_administrator(tx: Transaction, before: Person, after: Person) -> VezError | None:
    """A Conflict if nobody would be left to administer the house.

    Two administrators who remove each other at the same time both touch the profile's row: the slower one reads again.
    """
    was, stays = (p.is_active and not p.is_machine and ADMINISTRATOR in p.profiles for p in (before, after))
    if not was or stays:
        return None
    seen = tx.scalar(_ADMINISTRATOR_TOUCHED)  # before counting: who counted first would not notice a touch in between
    if tx.scalar(_OTHER_ADMINISTRATORS, id=before.id) == 0:
        return Conflict("This is the last administrator: make another one first", type="last-administrator")
    tx.update(profiles, {"code": ADMINISTRATOR}, {"updated_at": tx.now}, expect={"updated_at": seen})
    return None


def _write_identifiers(tx: Transaction, before: Mapping[str, str], after: Mapping[str, str], person_id: str) -> None:
    for kind, value in before.items():
        if after.get(kind) != value:
            tx.delete(identifiers, {"kind": kind, "value": value, "person_id": person_id})
    for kind, value in after.items():
        if before.get(kind) != value:
            tx.insert(identifiers, {"kind": kind, "value": value, "person_id": person_id})
