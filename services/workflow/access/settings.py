"""Reading settings, and what their values name."""

from __future__ import annotations

from typing import Any, Final

from services.workflow.access.predicates import about
from services.workflow.rules import settings as rules
from services.workflow.rules.settings import FALLBACK_QUEUE, Kind, Meaning, Named, SettingShown
from shared.database import Reader

_VALUE: Final = about("SELECT value FROM settings WHERE key = %(key)s")
_SETTINGS: Final = about(
    """SELECT s.key, s.version, s.value, s.updated_at, s.updated_by, p.display_name AS updater
FROM settings s LEFT JOIN people p ON p.id = s.updated_by WHERE s.key = ANY(%(keys)s)"""
)
_PERSON: Final = about(
    """SELECT p.id, p.display_name, $can_attend AS can_attend, p.is_absent, p.substitute_id
FROM people p WHERE p.id = %(id)s"""
)
_QUEUE: Final = about(
    """SELECT q.code, q.names, q.is_retired, (
    SELECT count(*) FROM queue_members m JOIN people p ON p.id = m.person_id
    WHERE m.queue = q.code AND $can_attend) AS able
FROM queues q WHERE q.code = %(code)s"""
)


def fallback_queue_of(reader: Reader) -> str | None:
    """The queue in the setting client_online.fallback_queue, if one is set."""
    value: str | None = reader.scalar(_VALUE, key=FALLBACK_QUEUE)
    return value


def load_setting(reader: Reader, key: str) -> SettingShown:
    """A known setting as it stands. Raises NotFound."""
    return load_settings(reader, [key])[0]


def load_settings(reader: Reader, keys: list[str]) -> list[SettingShown]:
    """Known settings as they stand, in the order of `keys`; one that was never set has version 0. Raises NotFound."""
    kinds = {key: rules.kind_of(key) for key in keys}
    rows = {row.key: row for row in reader.all(_SETTINGS, keys=keys)}
    return [_shown(reader, key, kinds[key], rows.get(key)) for key in keys]


def _shown(reader: Reader, key: str, kind: Kind, row: Any) -> SettingShown:
    if row is None:
        return SettingShown(key=key, value=None, version=0)
    return SettingShown(
        key=key,
        value=row.value,
        version=row.version,
        updated_at=row.updated_at,
        updated_by=Named(row.updated_by, row.updater or ""),
        meaning=meaning_of(reader, kind, row.value),
    )


def meaning_of(reader: Reader, kind: Kind, value: str | None) -> Meaning:
    """What a setting's value names."""
    if value is None or kind not in ("person", "queue"):
        return Meaning()
    if kind == "person":
        person = reader.one(_PERSON, id=value)
        if person is None:
            return Meaning()
        is_alone = person.is_absent and not _stands_in(reader, person)
        return rules.meaning_of_person(*person[:2], can_attend=person.can_attend, is_alone=is_alone)
    queue = reader.one(_QUEUE, code=value)
    if queue is None:
        return Meaning()
    return rules.meaning_of_queue(queue.code, queue.names, is_retired=queue.is_retired, able=queue.able)


def _stands_in(reader: Reader, person: Any) -> bool:
    """Whether anybody in the chain of substitutes is there and can attend."""
    passed = {person.id}
    while (id := person.substitute_id) is not None and id not in passed:
        passed.add(id)
        person = reader.one(_PERSON, id=id)
        if person is None or not person.can_attend:
            return False
        if not person.is_absent:
            return True
    return False
