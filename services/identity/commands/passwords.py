"""Setting passwords: by oneself, and by a one-time link."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, func, select

from services.identity.access.links import alive_links, find_link
from services.identity.access.people import find_by_email, find_person, load_person
from services.identity.commands.people import make, refusal
from services.identity.commands.sessions import end_everything, tell_ended, wrong_credentials
from services.identity.models import links, passwords, sessions
from services.identity.rules import people as rules
from services.identity.rules.links import (
    FIRST_ACCESS,
    MOST_AN_HOUR,
    PASSWORD_RESET,
    Lifetimes,
    Link,
    is_good,
    purpose_for,
)
from services.identity.rules.people import NewPerson, Person
from services.identity.rules.permissions import ADMINISTRATOR
from services.identity.rules.sessions import TOKENS_LIVE_AT_MOST
from shared.contracts.identity import LinkMade
from shared.database import compiled
from shared.errors import Conflict, NotFound
from shared.ids import Actor, new_id
from shared.transaction import Transaction

_PASSWORD: Final = compiled(select(passwords.c.hash).where(passwords.c.person_id == bindparam("person_id")))
_LATELY: Final = compiled(
    select(func.count())
    .select_from(links)
    .where(
        links.c.person_id == bindparam("person_id"),
        links.c.purpose == PASSWORD_RESET,
        links.c.created_at > bindparam("since"),
    )
)
_OTHERS: Final = compiled(
    select(sessions.c.id, sessions.c.last_used_at).where(
        sessions.c.person_id == bindparam("person_id"),
        sessions.c.ended_at.is_(None),
        sessions.c.id != bindparam("kept"),
    )
)


def change_password(tx: Transaction, actor: Actor, *, seen_hash: str, new_hash: str, session_id: str) -> None:
    """Set one's own password, the old one shown; other sessions end. Raises Unauthenticated if it changed meanwhile."""
    person, _ = load_person(tx, actor, actor.id)
    if tx.scalar(_PASSWORD, person_id=actor.id) != seen_hash:
        raise wrong_credentials()
    tx.update(
        passwords,
        {"person_id": actor.id},
        {"hash": new_hash, "changed_at": tx.now},
        expect={"hash": seen_hash},
    )
    since = tx.now - TOKENS_LIVE_AT_MOST
    others = tx.all(_OTHERS, person_id=actor.id, kept=session_id)
    for row in others:
        tx.update(sessions, {"id": row.id}, {"ended_at": tx.now, "end_reason": "password_changed"}, must=False)
    tell_ended(tx, person.id, [row.id for row in others if row.last_used_at > since])
    tx.audit("person", person.id, "change_password", {})


def invite(tx: Transaction, actor: Actor, person_id: str, lifetimes: Lifetimes) -> Link:
    """A one-time link for somebody to set their password. Raises NotFound, Forbidden, Conflict for who is disabled."""
    person, granted = load_person(tx, actor, person_id)
    conflict = None
    if not person.is_active or person.is_machine:
        conflict = Conflict("Nobody can sign in to this account", type="no-sign-in")
    tx.in_order(forbidden=refusal(tx, actor, granted, ()), conflict=conflict, moves=False)
    purpose = purpose_for(tx.scalar(_PASSWORD, person_id=person.id) is not None)
    return _make_link(tx, person, purpose, lifetimes)


def invite_administrator(tx: Transaction, new: NewPerson, lifetimes: Lifetimes) -> Link:
    """A link for the administrator with the e-mail of `new`, made where nobody has it. Raises Invalid, Conflict."""
    person = find_by_email(tx, (new.email or "").strip().lower())
    if person is None:
        person = rules.born(new_id(), replace(new, profiles=(ADMINISTRATOR,)), tx.now)
        link = _make_link(tx, person, FIRST_ACCESS, lifetimes)
        make(tx, tx.actor, person)
        return link
    if ADMINISTRATOR not in person.profiles or not person.is_active:
        raise Conflict("Somebody who is no administrator has this e-mail", type="not-an-administrator")
    purpose = purpose_for(tx.scalar(_PASSWORD, person_id=person.id) is not None)
    return _make_link(tx, person, purpose, lifetimes)


def forgotten(tx: Transaction, person_id: str, lifetimes: Lifetimes) -> Link | None:
    """A link for who forgot their password; None for who cannot be sent one, or was sent enough lately."""
    found = find_person(tx, person_id)
    if found is None or not found[0].is_active or found[0].is_machine or found[0].email is None:
        return None
    if tx.scalar(_LATELY, person_id=person_id, since=tx.now - timedelta(hours=1)) >= MOST_AN_HOUR:
        return None
    return _make_link(tx, found[0], PASSWORD_RESET, lifetimes)


def use_link(tx: Transaction, link_id: str, *, new_hash: str) -> None:
    """Set a password by a link, which uses it up; all sessions end. Raises NotFound for a link that is not good."""
    link = find_link(tx, link_id)
    found = find_person(tx, link.person_id) if link else None
    if link is None or found is None or not is_good(link, tx.now) or not found[0].is_active:
        raise link_not_good()
    tx.update(links, {"id": link.id}, {"used_at": tx.now}, expect={"used_at": None, "is_void": False})
    _void_others(tx, link.person_id, link.id)
    tx.upsert(passwords, {"person_id": link.person_id, "hash": new_hash, "changed_at": tx.now})
    end_everything(tx, found[0], "password_changed", "use_link")


def _make_link(tx: Transaction, person: Person, purpose: str, lifetimes: Lifetimes) -> Link:
    """Store a new link, which takes the place of those not used yet, and say so."""
    expires_at = tx.now + lifetimes.of(purpose)
    link = Link(id=new_id(), person_id=person.id, purpose=purpose, expires_at=expires_at, used_at=None, is_void=False)
    _void_others(tx, person.id, link.id)
    values = {"id": link.id, "person_id": person.id, "purpose": purpose, "made_by": tx.actor.id, "is_void": False}
    tx.create(links, {**values, "created_at": tx.now, "expires_at": expires_at})
    tx.emit(LinkMade(link_id=link.id, person_id=person.id, purpose=purpose, expires_at=expires_at))
    tx.audit("person", person.id, "make_link", {"link_id": link.id, "purpose": purpose})
    return link


def _void_others(tx: Transaction, person_id: str, kept: str) -> None:
    for id in alive_links(tx, person_id, tx.now):
        if id != kept:
            tx.update(links, {"id": id}, {"is_void": True}, must=False)


def link_not_good() -> NotFound:
    """The one answer to a link that is made up, used, replaced or too old."""
    return NotFound("This link cannot be used any more: ask for a new one", type="link-not-good")
