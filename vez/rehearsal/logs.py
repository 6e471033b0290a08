"""Reading a rehearsal's tickets from an event log, and its people from the draft: nothing else is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.workflow.rules.facts import Standing
from shared.catalog import reading
from shared.catalog.definitions import Catalog, Type
from shared.contracts.workflow import Holder
from vez.discover.draft import TERMINAL, Draft, draft
from vez.discover.survey import CLIENT_ATTRIBUTE, survey
from vez.export.story import STAGE
from vez.logs import LogCase, LogEvent, open_log
from vez.logs.model import TIMESTAMP
from vez.rehearsal.house import House
from vez.rehearsal.recorded import Entry, Move, Recorded

QUEUE: Final = "queue:"
UNDATED: Final = "{name} has an event without a time, so its case cannot be rehearsed."


def house(catalog: Catalog, default_attendant: str | None) -> House:
    """Everybody whom the draft names, each of whom can attend; e-mails are ids."""
    named = {email: Standing(email, email, True) for email in reading.people(catalog)}
    if default_attendant is not None:
        named[default_attendant] = Standing(default_attendant, default_attendant, True)
    ids = {email: email for email in named}
    return House(catalog=catalog, people=named, ids=ids, default_attendant=default_attendant)


class LogReader:
    """The cases of a log as tickets of one of the draft's types. Raises LogError."""

    def __init__(self, path: Path, type: Type) -> None:
        self._path = path
        self._type = type
        self._draft = draft(survey(open_log(path)))
        self._emails = _emails(self._draft)
        self._names = _stage_names(type)

    def __len__(self) -> int:
        return len(self._draft.survey.walks)

    def tickets(self, since: datetime | None, read_one: Callable[[], None]) -> Iterator[Recorded]:
        """Each case whose first event is not before `since`, in the log's order. Raises LogError, ValueError."""
        walks = iter(self._draft.survey.walks)
        for case in open_log(self._path).cases:
            if not case.events:
                continue
            found = self._recorded(case, self._draft.values(next(walks)))
            read_one()
            if since is None or found.submitted_at >= since:
                yield found

    def _recorded(self, case: LogCase, given: dict[str, Any]) -> Recorded:
        moves = [self._move(case, event) for event in case.events]
        ended = _instant(case.attributes.get("vez:ended_at"))
        submitted = _instant(case.attributes.get("vez:submitted_at")) or moves[0].at
        first = self._type.version.flow.first
        entries = [Entry(stage=move.stage, at=move.at, holder=move.holder) for move in moves]
        if entries[0].stage == first:
            moves = moves[1:]
        if self._is_discovered and STAGE not in case.events[0].attributes:
            ended = entries[-1].at
        if ended is not None:
            moves.append(Move(at=ended, kind="advance", stage=self._ending(case), transition=self._ending(case)))
        client = case.attributes.get(CLIENT_ATTRIBUTE) or case.events[0].attributes.get(CLIENT_ATTRIBUTE) or "client"
        return Recorded(
            number=case.name,
            type=self._type.code,
            client_id=str(client),
            requester_id=str(client),
            submitted_at=submitted,
            entries=tuple(entries),
            moves=tuple(moves),
            ended_at=ended,
            group=self._type.group,
            priority=str(case.attributes.get("vez:priority", self._type.priority)),
            values={code: value for code, value in given.items() if code in self._type.version.parameter_by_code},
        )

    @property
    def _is_discovered(self) -> bool:
        """Whether the type came from `vez discover`: then a case ends with its last event, in an added stage."""
        return self._type.version.find_stage(TERMINAL) is not None

    def _ending(self, case: LogCase) -> str:
        """The terminal stage in which a case ended: the draft's own of that outcome, the first there is."""
        status = str(case.attributes.get("vez:status", "concluded"))
        stages = [stage for stage in self._type.version.flow.stages if stage.terminal is not None]
        return next((stage.code for stage in stages if stage.terminal == status), stages[0].code)

    def _move(self, case: LogCase, event: LogEvent) -> Move:
        at = _instant(event.attributes.get(TIMESTAMP))
        if at is None:
            raise ValueError(UNDATED.format(name=case.name))
        who = self._person(event.resource)
        transition = event.attributes.get("vez:transition")
        move = Move(
            at=at,
            kind="advance",
            stage=self._stage(event),
            by=who,
            transition=None if transition is None else str(transition),
            commented=True,
        )
        held = event.attributes.get("vez:holder")
        return replace(move, holder=self._holder(str(held) if held is not None else None, who))

    def _holder(self, told: str | None, who: str | None) -> Holder | None:
        if told is None:
            return Holder(id=who) if who is not None else None
        if told.startswith(QUEUE):
            return Holder(id=told.removeprefix(QUEUE), queue=True)
        return Holder(id=self._person(told) or told)

    def _stage(self, event: LogEvent) -> str:
        """The draft's stage: told by the log itself, else of the activity's name, else as `discover` calls it."""
        told = event.attributes.get(STAGE)
        if told is not None:
            return str(told)
        number = self._draft.survey.activities.number(event.activity)
        discovered = self._draft.stages[number]
        if self._type.version.find_stage(discovered) is not None:
            return discovered
        return self._names.get(event.activity.casefold(), discovered)

    def _person(self, resource: str | None) -> str | None:
        return None if resource is None else self._emails.get(resource, resource)


def _emails(found: Draft) -> dict[str, str]:
    """What `discover` made of each resource's name."""
    names = found.survey.resources.names
    return {name: person.email for name, person in zip(names[1:], found.attendants[1:], strict=True)}


def _stage_names(type: Type) -> dict[str, str]:
    return {name.casefold(): stage.code for stage in type.version.flow.stages for name in stage.names.values()}


def _instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None
