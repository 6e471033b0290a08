"""Signing in, going on with a session, and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from services.identity.access.people import ended_sessions, find_person, load_person, may_see
from services.identity.commands.people import end_open_sessions, refusal, save
from services.identity.models import failures, passwords, people, sessions
from services.identity.rules import people as rules
from services.identity.rules.people import Person
from services.identity.rules.sessions import Granted, Refresh, Seen, Session, judge_refresh
from shared.database import compiled
from shared.errors import NotFound, Unauthenticated
from shared.ids import Actor, new_id
from shared.transaction import Transaction

_PASSWORD: Final = compiled(select(passwords.c.hash).where(passwords.c.person_id == bindparam("person_id")))
_FACTS = [sessions.c[name] for name in ("id", "person_id", "generation", "expires_at", "ended_at")]
_SESSION: Final = compiled(select(*_FACTS).where(sessions.c.id == bindparam("id")))
_PORTAL: Final = compiled(select(*_FACTS).where(sessions.c.portal_digest == bindparam("digest")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A password was right: whose, against which stored hash, and a fresh hash where the old one is too cheap."""

    person_id: str
    seen_hash: str
    new_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a session begins. `forgive`: under what failures were counted that this success ends."""

    seen: Seen
    lifetime: timedelta
    portal_digest: bytes | None = None
    forgive: str | None = None


def sign_in(tx: Transaction, proof: Proof, opening: Opening) -> Granted:
    """Begin a session for who proved to be somebody. Raises Unauthenticated if that changed meanwhile."""
    found = find_person(tx, proof.person_id)
    stored = tx.scalar(_PASSWORD, person_id=proof.person_id)
    if found is None or not found[0].is_active or found[0].is_machine or stored != proof.seen_hash:
        raise wrong_credentials()
    session_id = new_id()
    tx.insert(
        sessions,
        {
            "id": session_id,
            "person_id": proof.person_id,
            "generation": 1,
            "portal_digest": opening.portal_digest,
            "address": opening.seen.address,
            "agent": opening.seen.agent[:300],
            "created_at": tx.now,
            "last_used_at": tx.now,
            "expires_at": tx.now + opening.lifetime,
        },
    )
    if proof.new_hash is not None:
        key, seen = {"person_id": proof.person_id}, {"hash": proof.seen_hash}
        tx.update(passwords, key, {"hash": proof.new_hash}, expect=seen, must=False)
    if opening.forgive is not None:
        tx.delete(failures, {"key": opening.forgive})
    tx.audit("person", proof.person_id, "sign_in", {"session_id": session_id, "address": opening.seen.address})
    return Granted(person_id=proof.person_id, session_id=session_id, generation=1, at=tx.now)


def record_failure(tx: Transaction, keys: Sequence[str]) -> None:
    """Count a failed sign-in under each of `keys`."""
    for key in keys:
        tx.insert(failures, {"id": new_id(), "key": key, "at": tx.now})


def refresh(tx: Transaction, session_id: str, generation: int, lifetime: timedelta) -> Granted | None:
    """The session's next refresh token; None if it gets none: over, or the token was used before, which ends it."""
    session = _session(tx.one(_SESSION, id=session_id))
    verdict = judge_refresh(session, generation, tx.now)
    if session is None or verdict is Refresh.ENDED or not _may_go_on(tx, session):
        return None
    if verdict is Refresh.REUSED:
        _end(tx, session, "reused")
        return None
    values = {"generation": generation + 1, "last_used_at": tx.now, "expires_at": tx.now + lifetime}
    tx.update(sessions, {"id": session_id}, values, expect={"generation": generation, "ended_at": None})
    return Granted(person_id=session.person_id, session_id=session_id, generation=generation + 1, at=tx.now)


def go_on(tx: Transaction, portal_digest: bytes, lifetime: timedelta) -> Granted:
    """The portal trades its opaque id for an access token. Raises Unauthenticated when that session is over."""
    session = _session(tx.one(_PORTAL, digest=portal_digest))
    if session is None or judge_refresh(session, session.generation, tx.now) is not Refresh.GOOD:
        raise _over()
    if not _may_go_on(tx, session):
        raise _over()
    values = {"last_used_at": tx.now, "expires_at": tx.now + lifetime}
    tx.update(sessions, {"id": session.id}, values, expect={"ended_at": None})
    return Granted(person_id=session.person_id, session_id=session.id, generation=session.generation, at=tx.now)


def speak_for(tx: Transaction, person_id: str, mail_id: str) -> datetime:
    """Notify is about to act as who wrote a mail: note it, and say when. Raises NotFound for who may not act."""
    found = find_person(tx, person_id)
    if found is None or not found[0].is_active or found[0].is_machine:
        raise NotFound("No such person")
    tx.audit("person", person_id, "speak_for", {"mail_id": mail_id})
    return tx.now


def end_by_portal(tx: Transaction, portal_digest: bytes) -> None:
    """The portal signs somebody out; nothing happens where the session is over already."""
    session = _session(tx.one(_PORTAL, digest=portal_digest))
    if session is not None and session.ended_at is None:
        _end(tx, session, "signed_out")


def end_session(tx: Transaction, actor: Actor, id: str) -> None:
    """End one session: one's own, or that of somebody whom the actor may change. Raises NotFound, Forbidden."""
    session = _session(tx.one(_SESSION, id=id))
    found = find_person(tx, session.person_id) if session else None
    if session is None or found is None or not may_see(actor, found[0]):
        raise NotFound("No such session")
    own = session.person_id == actor.id
    tx.in_order(forbidden=None if own else refusal(tx, actor, found[1], ()), version=1)
    if session.ended_at is None:
        _end(tx, session, "signed_out" if own else "ended")


def sign_out_everywhere(tx: Transaction, actor: Actor, person_id: str) -> None:
    """End all sessions and tokens of a person: one's own, or of somebody whom the actor may change."""
    person, granted = load_person(tx, actor, person_id)
    own = actor.id == person_id
    tx.in_order(forbidden=None if own else refusal(tx, actor, granted, ()))
    end_everything(tx, person, "signed_out" if own else "ended", "sign_out_everywhere")


def end_everything(tx: Transaction, person: Person, reason: str, action: str) -> None:
    """End all sessions and every token given so far."""
    end_open_sessions(tx, person.id, reason)
    after = replace(person, signed_out_at=tx.now, updated_at=tx.now, version=person.version + 1)
    save(tx, person, after, action, detail={"reason": reason})


def _end(tx: Transaction, session: Session, reason: str) -> None:
    """End a session and tell the others, so that its access tokens are refused at once."""
    ended = {"ended_at": tx.now, "end_reason": reason}
    tx.update(sessions, {"id": session.id}, ended, expect={"ended_at": None})
    tell_ended(tx, session.person_id, [session.id])
    tx.audit("person", session.person_id, "end_session", {"session_id": session.id, "reason": reason})


def tell_ended(tx: Transaction, person_id: str, session_ids: Sequence[str]) -> None:
    """Tell the other services that these sessions are over now."""
    found = find_person(tx, person_id)
    if found is not None:
        ended = sorted({*ended_sessions(tx, person_id, tx.now), *session_ids})
        tx.change(people, person_id, {})
        tx.emit(rules.told(found[0], ended))


def _may_go_on(tx: Transaction, session: Session) -> bool:
    found = find_person(tx, session.person_id)
    return found is not None and found[0].is_active


def _session(row: Any) -> Session | None:
    return None if row is None else Session(row.id, row.person_id, row.generation, row.expires_at, row.ended_at)


def wrong_credentials() -> Unauthenticated:
    """The one answer to a wrong name, a wrong password and an account that is closed."""
    return Unauthenticated("The name or the password is not right", type="wrong-credentials")


def _over() -> Unauthenticated:
    return Unauthenticated("This session has ended. Sign in again")
