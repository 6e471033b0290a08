"""Claiming what is due: one statement each that leases rows to the caller, so that nobody else does them meanwhile.

A lease, or a pause before another try, is never longer than so long: one that is was given before the clock went back,
and counts as over. It would otherwise last for as long as the clock went back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Interval, bindparam, exists, func, literal_column, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.attachments.models import attachments, contents, metadata, rounds
from services.attachments.rules.files import LEASE, LONGEST_WAIT
from shared import clock
from shared.database import Id, Text, compiled

NOW: Final[ColumnElement[Any]] = func.clock_timestamp() + bindparam("offset", type_=Interval)
UNTIL: Final[ColumnElement[Any]] = NOW + bindparam("lease", type_=Interval)
_audit_log: Final = metadata.tables["audit_log"]


def _word(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'", Text)


def _interval(span: timedelta) -> str:
    return f"interval '{int(span.total_seconds())} seconds'"


def _over(instant: ColumnElement[Any], longest: timedelta) -> ColumnElement[bool]:
    """Whether an instant, which was at most so far away when it was set, has come, or was set by another clock."""
    return or_(instant <= NOW, instant > NOW + literal_column(_interval(longest + clock.DIFFER), Interval))


def _free(table: Any) -> ColumnElement[bool]:
    return or_(table.c.leased_until.is_(None), _over(table.c.leased_until, LEASE))


_checking: Final = (attachments.c.state == _word("checking"), attachments.c.removed_at.is_(None), _free(attachments))
_leased: Final = update(attachments).values(leased_until=UNTIL)
_due: Final = (
    select(attachments.c.id)
    .where(*_checking, _over(attachments.c.next_try_at, LONGEST_WAIT))
    .order_by(attachments.c.next_try_at)
    .limit(literal_column("1"))
    .with_for_update(skip_locked=True)
)
_returned: Final = (attachments.c.id, attachments.c.leased_until)

CLAIM: Final = compiled(
    _leased.where(attachments.c.id == bindparam("id", type_=Id()), *_checking).returning(*_returned)
)
"""One file that waits for its check, by its id."""
CLAIM_DUE: Final = compiled(_leased.where(attachments.c.id.in_(_due)).returning(*_returned))
"""The file whose check is due longest."""
RENEW: Final = compiled(
    _leased.where(
        attachments.c.id == bindparam("id", type_=Id()),
        attachments.c.leased_until == bindparam("held"),
        attachments.c.removed_at.is_(None),
    ).returning(*_returned)
)
"""A lease that is still ours, anew."""

_untidy: Final = (
    select(attachments.c.id)
    .where(
        attachments.c.parts != text("'[]'::jsonb"),
        or_(attachments.c.removed_at.is_not(None), attachments.c.state.in_([_word("stored"), _word("rejected")])),
        _free(attachments),
    )
    .order_by(attachments.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
CLAIM_UNTIDY: Final = compiled(
    _leased.where(attachments.c.id.in_(_untidy)).returning(attachments.c.id, attachments.c.parts)
)
"""Files that came to their end and whose parts are still in quarantine."""
_unused: Final = (
    select(contents.c.sha256)
    .where(contents.c.reference_count == literal_column("0"), _free(contents))
    .order_by(contents.c.changed_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
CLAIM_UNUSED: Final = compiled(
    update(contents)
    .where(contents.c.sha256.in_(_unused), contents.c.reference_count == literal_column("0"))
    .values(state=_word("leaving"), leased_until=UNTIL)
    .returning(contents.c.sha256)
)
"""Contents that no file has any more; from now on nobody may take them up again."""
ABANDONED: Final = compiled(
    select(attachments.c.id)
    .where(
        attachments.c.state == _word("uploading"),
        attachments.c.removed_at.is_(None),
        attachments.c.created_at < bindparam("before"),
    )
    .order_by(attachments.c.created_at)
    .limit(bindparam("most"))
)
_round: Final = insert(rounds).values(name=bindparam("name"), next_at=UNTIL)
_is_round_due: Final = or_(
    rounds.c.next_at <= NOW, rounds.c.next_at > UNTIL + literal_column(_interval(clock.DIFFER), Interval)
)
CLAIM_ROUND: Final = compiled(
    _round.on_conflict_do_update(
        index_elements=[rounds.c.name], set_={"next_at": _round.excluded.next_at}, where=_is_round_due
    ).returning(rounds.c.name)
)
"""A round that one worker does at a time; nothing where it is not due yet.

One that is due later than it comes round was put off by another clock, or another setting, and is due.
"""
_under_way: Final = exists().where(attachments.c.state == _word("uploading"), attachments.c.removed_at.is_(None))
ACTIVITY: Final = compiled(
    select(
        select(rounds.c.next_at).where(rounds.c.name == bindparam("round")).scalar_subquery().label("next_at"),
        select(func.max(_audit_log.c.at)).scalar_subquery().label("active_at"),
        _under_way.label("is_under_way"),
    )
)
"""When a round is next, when anything was last done with a file, and whether one is being sent."""
