"""Judging a password at the edge: throttle, compare outside any transaction, count a failure; one answer for all."""

from __future__ import annotations

from services.identity.api.tools import tools
from services.identity.commands.sessions import Proof, record_failure, wrong_credentials
from services.identity.queries import credentials
from services.identity.queries.credentials import Credentials
from services.identity.rules.passwords import weakness
from shared.errors import Invalid, TooMany
from shared.http import current_edge, query


def prove_by_name(username: str, password: str, address: str) -> tuple[Proof, str]:
    """Who signs in, and under what their failures are counted. Raises TooMany, Unauthenticated."""
    with current_edge().database.reader() as reader:
        found = credentials.by_username(reader, username, address, tools().limits)
    return _prove(found, password), found.account_key


def prove_again(person_id: str, password: str, address: str) -> Proof:
    """Who is signed in shows their password again. Raises TooMany, Unauthenticated."""
    with current_edge().database.reader() as reader:
        found = credentials.own(reader, person_id, address, tools().limits)
    return _prove(found, password)


def _prove(found: Credentials, password: str) -> Proof:
    refuse_waiting(found.wait_seconds)
    hasher = tools().hasher
    verdict = hasher.compare(found.hash, password)
    if not verdict.is_right or found.person_id is None or found.hash is None:
        keys = [found.account_key, found.address_key]
        current_edge().units.run(lambda tx: record_failure(tx, keys))
        raise wrong_credentials()
    new_hash = hasher.hash(password) if verdict.is_cheap else None
    return Proof(person_id=found.person_id, seen_hash=found.hash, new_hash=new_hash)


def refuse_waiting(seconds: int) -> None:
    """Raises TooMany when the next try has to wait."""
    if seconds:
        raise TooMany(
            "Too many failed tries: wait %(seconds)s seconds", extra={"retry_after": seconds}, seconds=seconds
        )


def fresh_hash(password: str, known: list[str | None]) -> str:
    """The hash of a new password. Raises Invalid for one that is not taken."""
    weak = weakness(password, known)
    if weak is not None:
        raise Invalid("Correct the fields named and send it again", fields={"password": [weak]})
    return tools().hasher.hash(password)


def judge_rights() -> None:
    """Judge the route's permissions now, before work that costs much. Raises Unauthenticated, Forbidden."""
    query(lambda reader, actor: None, None)
