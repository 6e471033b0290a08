"""Moving an open ticket to another published version of its type, or telling why it cannot move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.workflow.access.loading import load
from services.workflow.access.versions import find_published, load_published
from services.workflow.commands.storing import store
from services.workflow.rules import migrating
from services.workflow.rules.entering import Moment
from services.workflow.rules.flow import Flow, Published
from services.workflow.rules.migrating import Obstacle
from shared.errors import Conflict, Invalid, Message, NotFound
from shared.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A ticket, the version it was on and the one asked for; `moved` where it went there by this command."""

    ticket_id: str
    number: str
    from_version: int
    to_version: int
    moved: bool
    obstacles: Sequence[Obstacle]
    version: int


def migrate_flow(
    tx: Transaction, ticket_id: str, *, to_version: int, parameters: Mapping[str, Any], dry_run: bool
) -> Migration:
    """Move a ticket to a version, whichever: an older one undoes. `parameters` are its values as the caller sees them.

    With `dry_run` only tell what is in the way. A ticket that is there already stays and is told as not moved. Raises
    NotFound, Conflict (not in its flow, something in the way: named by field), PreconditionRequired, Stale, Invalid.
    """
    loaded = load(tx, ticket_id)
    flow = loaded.flow
    if flow is None:
        raise NotFound("There is no such flow")
    ended = None
    if flow.state != "running":
        ended = Conflict("This ticket is not in its flow", type="not-running")
    tx.in_order(conflict=ended, version=loaded.version, moves=not dry_run)
    if ended is not None:
        raise ended
    target = _target(tx, flow, to_version)
    present = load_published(tx, flow.type, flow.type_version)
    found = migrating.obstacles(flow, present, target, parameters, loaded.now.date())
    if dry_run or flow.type_version == to_version:
        return _told(flow, to_version, loaded.version, found, moved=False)
    if found:
        raise _refused(found)
    _move(tx, flow, target, loaded.version)
    return _told(flow, to_version, loaded.version + 1, (), moved=True)


def _target(tx: Transaction, flow: Flow, number: int) -> Published:
    target = find_published(tx, flow.type, number)
    if target is None:
        wrong = Message("There is no such version")
        raise Invalid("Correct the fields named and send it again", fields={"version": [wrong]})
    return target


def _move(tx: Transaction, flow: Flow, target: Published, version: int) -> None:
    step = migrating.migrate(flow, target, Moment(by=tx.actor.id, now=tx.now))
    store(tx, flow, version, target, step)
    detail = {"ticket_id": flow.ticket_id, "from_version": flow.type_version, "version": target.number}
    tx.audit("type", flow.type, "migrate_ticket", detail)


def _refused(found: Sequence[Obstacle]) -> Conflict:
    fields: dict[str, list[Message]] = {}
    for obstacle in found:
        fields.setdefault(obstacle.field, []).append(obstacle.message)
    return Conflict("This ticket cannot move to that version", type="cannot-migrate", fields=fields)


def _told(flow: Flow, to_version: int, version: int, found: Sequence[Obstacle], *, moved: bool) -> Migration:
    return Migration(
        ticket_id=flow.ticket_id,
        number=flow.number,
        from_version=flow.type_version,
        to_version=to_version,
        moved=moved,
        obstacles=found,
        version=version,
    )
