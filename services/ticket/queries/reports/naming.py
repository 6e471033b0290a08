"""What reports call types, stages, queues and people; and which types a reader's reports count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import any_, bindparam, or_, select, union

from services.ticket.access.definitions import definition
from services.ticket.access.seeing import CODES, IDS, ONE, looking
from services.ticket.models import people, published, queues, type_versions, types
from services.ticket.queries.reports.ledger import PARTIES
from services.ticket.rules.answers import Named
from services.ticket.rules.reports import PartyNamed, TypeChoice
from shared.catalog.definitions import Stage, text_in
from shared.database import Reader, compiled
from shared.ids import Actor

QUEUE: Final = "queue:"
_OF_CODES: Final = bindparam("codes", type_=CODES)
_COUNTED: Final = compiled(
    select(types.c.code, types.c.names, types.c.group_code, types.c.group_names)
    .where(
        or_(
            ~types.c.is_confidential,
            ONE.reads_all,
            types.c.code == any_(ONE.scope_types),
            types.c.group_code == any_(ONE.scope_groups),
        )
    )
    .order_by(types.c.code)
)
_known, _current = type_versions.c, published.c
_either: Final = union(
    select(_known.type, _known.version).where(_known.type == any_(_OF_CODES)),
    select(_current.type, _current.version).where(_current.type == any_(_OF_CODES)),
).subquery("either")
_VERSIONS: Final = compiled(select(*_either.c).order_by(_either.c.type, _either.c.version.desc()))
_QUEUES: Final = compiled(select(queues.c.code, queues.c.names).where(queues.c.code == any_(_OF_CODES)))
_ALL_QUEUES: Final = compiled(select(queues.c.code, queues.c.names).where(~queues.c.is_retired).order_by(queues.c.code))
_PEOPLE: Final = compiled(
    select(people.c.id, people.c.display_name, people.c.is_absent).where(
        people.c.id == any_(bindparam("ids", type_=IDS))
    )
)


def counted_types(reader: Reader, actor: Actor, *, type: str | None = None, group: str | None = None) -> list[Any]:
    """The types whose tickets the reader's reports count, of one code or group where that is asked for.

    Confidential ones only for who reads all tickets, or is granted that type or its group by name.
    """
    found = reader.all(_COUNTED, **looking(actor))
    return [
        each for each in found if (type is None or each.code == type) and (group is None or each.group_code == group)
    ]


@dataclass
class Names:
    """Names in the reader's language, each read once."""

    reader: Reader
    language: str
    types: Sequence[Any]
    _stages: dict[str, dict[str, Stage]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._types = {each.code: each for each in self.types}

    def type(self, code: str) -> Named:
        """A type."""
        known = self._types.get(code)
        return Named(code, (text_in(known.names, self.language) if known else "") or code)

    def stage(self, type: str, code: str) -> Named:
        """A stage as attendants know it: by the newest version that has it."""
        stage = self._stages.get(type, {}).get(code)
        return Named(code, (text_in(stage.names, self.language) if stage else "") or code)

    def read_stages(self, codes: Iterable[str]) -> None:
        """Learn the stages of these types. Raises Missing for a version that is not here yet."""
        wanted = sorted(set(codes) - self._stages.keys())
        for code in wanted:
            self._stages[code] = {}
        for row in self.reader.all(_VERSIONS, codes=wanted) if wanted else ():
            for stage in definition(self.reader, row.type, row.version).flow.stages:
                self._stages[row.type].setdefault(stage.code, stage)

    def parties(self, keys: Iterable[str]) -> dict[str, tuple[PartyNamed, bool]]:
        """Who the ledger's parties are, by their keys, and whether they are absent."""
        wanted = set(keys)
        teams = {key.removeprefix(QUEUE): key for key in wanted if key.startswith(QUEUE)}
        persons = sorted(wanted - set(teams.values()) - set(PARTIES))
        found = {side: (PartyNamed(side, None, side, False), False) for side in wanted & set(PARTIES)}
        for code, key in teams.items():
            found[key] = (PartyNamed("attendant", code, code, True), False)
        for row in self.reader.all(_QUEUES, codes=sorted(teams)) if teams else ():
            name = text_in(row.names, self.language) or row.code
            found[teams[row.code]] = (PartyNamed("attendant", row.code, name, True), False)
        for key in persons:
            found[key] = (PartyNamed("attendant", key, "", False), False)
        for row in self.reader.all(_PEOPLE, ids=persons) if persons else ():
            found[row.id] = (PartyNamed("attendant", row.id, row.display_name, False), row.is_absent)
        return found


def choices(found: Sequence[Any], language: str) -> list[TypeChoice]:
    """Types to choose from, with their groups."""
    return [
        TypeChoice(
            each.code,
            text_in(each.names, language) or each.code,
            Named(each.group_code, text_in(each.group_names, language) or each.group_code),
        )
        for each in found
    ]


def all_queues(reader: Reader, language: str) -> list[Named]:
    """The queues that are not retired."""
    return [Named(each.code, text_in(each.names, language) or each.code) for each in reader.all(_ALL_QUEUES)]
