"""Writing what a plan says: each thing of the catalog by its kind, with what others are told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from services.workflow.access.catalog import Present
from services.workflow.commands.holders import ask_check
from services.workflow.models import (
    calendars,
    client_kinds,
    groups,
    publications,
    queue_members,
    queues,
    type_versions,
    types,
)
from services.workflow.rules import catalog as rules
from shared.catalog.definitions import Catalog, Queue, Type
from shared.catalog.plan import Change, Plan
from shared.catalog.wire import version_digest, version_to_wire
from shared.contracts.workflow import CatalogPublished
from shared.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Publication:
    """A file to publish over the present catalog: `ids` of everybody whom it names, by e-mail in small letters."""

    present: Present
    catalog: Catalog
    ids: Mapping[str, str]

    def number_of(self, type: Type) -> int:
        """The number of the version that is current after this: a new one only where its content is new."""
        kept = self.present.kept.get(type.code)
        if kept is None:
            return 1
        was = self.present.find_type(type.code)
        return kept.number if version_digest(was.version) == version_digest(type.version) else kept.number + 1

    def position_of(self, section: str, code: str) -> int:
        """Where a thing stands in its list: where it stood, a new one after all others in the order of the file."""
        known = self.present.positions.get((section, code))
        if known is not None:
            return known
        things = [thing.code for thing in getattr(self.catalog, section)]
        return self.present.next_position(section) + things.index(code)


def publish(tx: Transaction, publication: Publication, plan: Plan) -> None:
    """Write everything that the plan changes."""
    for change in plan.changes:
        if change.change != "unchanged":
            _WRITERS[change.kind](tx, publication, change)
    _tell_of_groups(tx, publication, plan)


# ---- what is not an aggregate ----------------------------------------------------------------------------------------


def _write_group(tx: Transaction, publication: Publication, change: Change) -> None:
    group = _thing(publication, "group", change)
    row = {"code": group.code, "names": dict(group.names), "is_retired": change.change == "retired"}
    tx.upsert(groups, {**row, "position": publication.position_of("groups", group.code)})


def _write_calendar(tx: Transaction, publication: Publication, change: Change) -> None:
    _write_content(tx, publication, change, calendars, "calendars")
    ask_check(tx, "calendar", change.code)


def _write_client_kind(tx: Transaction, publication: Publication, change: Change) -> None:
    _write_content(tx, publication, change, client_kinds, "client_kinds")


def _write_content(tx: Transaction, publication: Publication, change: Change, table: Any, section: str) -> None:
    thing = _thing(publication, change.kind, change)
    row = {"code": change.code, "content": msgspec.to_builtins(thing), "is_retired": change.change == "retired"}
    tx.upsert(table, {**row, "position": publication.position_of(section, change.code)})


def _thing(publication: Publication, kind: str, change: Change) -> Any:
    source = publication.present.catalog if change.change == "retired" else publication.catalog
    return getattr(source, f"{kind}_by_code")[change.code]


# ---- queues ----------------------------------------------------------------------------------------------------------


def _write_queue(tx: Transaction, publication: Publication, change: Change) -> None:
    queue: Queue = _thing(publication, "queue", change)
    retired = change.change == "retired"
    before = publication.present.members.get(queue.code, {})
    members = before if retired else {email: publication.ids[email.lower()] for email in queue.members}
    row = {
        "names": dict(queue.names),
        "is_retired": retired,
        "position": publication.position_of("queues", queue.code),
    }
    if ("queues", queue.code) in publication.present.positions:
        tx.change(queues, queue.code, row)
    else:
        tx.create(queues, {"code": queue.code, **row})
    _write_members(tx, queue.code, before, members)
    tx.emit(rules.queue_changed(queue, list(dict.fromkeys(members.values())), retired=retired))
    tx.audit("queue", queue.code, "retire_queue" if retired else "change_queue", {"members": list(members.values())})
    ask_check(tx, "queue", queue.code)


def _write_members(tx: Transaction, code: str, before: Mapping[str, str], members: Mapping[str, str]) -> None:
    for gone in set(before.values()) - set(members.values()):
        tx.delete(queue_members, {"queue": code, "person_id": gone})
    for position, (email, person_id) in enumerate(members.items()):
        row = {"queue": code, "person_id": person_id, "email": email, "position": position}
        tx.upsert(queue_members, row)


# ---- types -----------------------------------------------------------------------------------------------------------


def _write_type(tx: Transaction, publication: Publication, change: Change) -> None:
    if change.change == "retired":
        _retire_type(tx, publication, change.code)
        return
    type = publication.catalog.type_by_code[change.code]
    kept = publication.present.kept.get(type.code)
    number = publication.number_of(type)
    row = {**_row(type), "current_version": number, "position": publication.position_of("types", type.code)}
    if kept is None:
        tx.create(types, {"code": type.code, **row})
    else:
        tx.change(types, type.code, row)
    if kept is None or number != kept.number:
        _publish_version(tx, publication, type, number, is_first=kept is None)
    if kept is None or kept.retired or rules.says_otherwise(type, publication.present.find_type(type.code)):
        _tell(tx, publication, type, retired=False)
    tx.audit("type", type.code, "publish", {"version": number, "digest": version_digest(type.version)})


def _row(type: Type) -> dict[str, Any]:
    return {
        "group_code": type.group,
        "names": dict(type.names),
        "descriptions": dict(type.descriptions),
        "opened_by": rules.opened_by(type.opened_by),
        "is_confidential": type.confidential,
        "priority": type.priority,
        "attachments": msgspec.to_builtins(type.attachments),
        "templates": [msgspec.to_builtins(template) for template in type.templates],
        "is_retired": False,
    }


def _publish_version(tx: Transaction, publication: Publication, type: Type, number: int, *, is_first: bool) -> None:
    row = {
        "type": type.code,
        "number": number,
        "content": version_to_wire(type.version),
        "people": {email: publication.ids[email.lower()] for email in sorted(rules.named_in(type))},
        "published_at": tx.now,
        "published_by": tx.actor.id,
    }
    tx.insert(type_versions, row)
    if is_first:
        tx.create(publications, {"type": type.code})
    tx.emit(CatalogPublished(type=type.code, version=number))


def _retire_type(tx: Transaction, publication: Publication, code: str) -> None:
    tx.change(types, code, {"is_retired": True})
    _tell(tx, publication, publication.present.catalog.type_by_code[code], retired=True)
    tx.audit("type", code, "retire", {})


def _tell(tx: Transaction, publication: Publication, type: Type, *, retired: bool) -> None:
    group = publication.catalog.group_by_code.get(type.group) or publication.present.find_group(type.group)
    tx.emit(rules.type_changed(type, group, retired=retired))


def _tell_of_groups(tx: Transaction, publication: Publication, plan: Plan) -> None:
    """A group's names ride in its types' news: those that the file does not change are told anew."""
    renamed = {change.code for change in plan.of("group", "changed")}
    written = {change.code for change in plan.of("type", "new", "changed", "new_version", "retired")}
    for type in publication.present.catalog.types:
        if type.group in renamed and type.code not in written:
            _tell(tx, publication, type, retired=False)
    for change in plan.of("type", "new_version"):
        type = publication.catalog.type_by_code[change.code]
        if type.group in renamed and not rules.says_otherwise(type, publication.present.find_type(type.code)):
            _tell(tx, publication, type, retired=False)


_WRITERS: Final[Mapping[str, Callable[[Transaction, Publication, Change], None]]] = {
    "client_kind": _write_client_kind,
    "calendar": _write_calendar,
    "queue": _write_queue,
    "group": _write_group,
    "type": _write_type,
}
