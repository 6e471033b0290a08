"""Values that somebody gives: judged by the one policy, and by what the replicas know of files and people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import any_, bindparam, select

from services.ticket.access.seeing import IDS, word
from services.ticket.models import files, people
from services.ticket.rules import parameters, problems
from services.ticket.rules.reading import Reading
from shared.catalog.values import Errors
from shared.database import Id, compiled
from shared.errors import Message
from shared.transaction import Transaction

NOT_CHECKED: Final = Message("This file is not there, or is still being checked")
NOBODY: Final = Message("There is no such person")

_STORED: Final = compiled(
    select(files.c.id).where(
        files.c.ticket_id == bindparam("ticket_id", type_=Id()),
        files.c.id == any_(bindparam("ids", type_=IDS)),
        files.c.state == word("stored"),
    )
)
_KNOWN: Final = compiled(select(people.c.id).where(people.c.id == any_(bindparam("ids", type_=IDS))))


def fill(
    tx: Transaction,
    reading: Reading,
    given: Mapping[str, Any],
    *,
    time_zone: str,
    also: Callable[[Reading], Errors] | None = None,
) -> tuple[Reading, frozenset[str]]:
    """The reading with the values given, and the codes that changed. Raises Invalid, Missing.

    `also` says what else would be wrong of the filled reading, so that one refusal names every wrong field.
    """
    judged = parameters.accepted(reading, given, time_zone=time_zone)
    wrong = {**judged.errors, **_wrong_files(tx, reading, judged.values, judged.changed)}
    wrong |= _wrong_people(tx, reading, judged.values, judged.changed)
    filled = reading.changed(parameters=judged.values)
    if also is not None:
        wrong = {**also(filled), **wrong}
    if wrong:
        raise problems.invalid_fields(wrong)
    return filled, judged.changed


def _wrong_files(tx: Transaction, reading: Reading, values: Mapping[str, Any], changed: frozenset[str]) -> Errors:
    named = parameters.files_named(reading.definition, values)
    named = {code: ids for code, ids in named.items() if code in changed}
    if not named:
        return {}
    wanted = sorted({id for ids in named.values() for id in ids})
    stored = {row.id for row in tx.all(_STORED, ticket_id=reading.ticket.id, ids=wanted)}
    return {code: [NOT_CHECKED] for code, ids in named.items() if not stored.issuperset(ids)}


def _wrong_people(tx: Transaction, reading: Reading, values: Mapping[str, Any], changed: frozenset[str]) -> Errors:
    named = parameters.people_named(reading.definition, values)
    named = {code: id for code, id in named.items() if code in changed}
    if not named:
        return {}
    known = {row.id for row in tx.all(_KNOWN, ids=sorted(set(named.values())))}
    for id in sorted(set(named.values()) - known):
        tx.miss("person", id)
    return {code: [NOBODY] for code, id in named.items() if id not in known}
