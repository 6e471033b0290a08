"""The likely course of a flow: what follows a stage, what follows a submission."""

from __future__ import annotations

from typing import Final

from services.portal import track
from services.portal.tongue import gettext
from services.portal.track import Ahead, Leg, Track
from services.portal.words import Reader
from shared.catalog.definitions import Stage, TypeVersion, text_in

MOST_AHEAD: Final = 4


def ahead(version: TypeVersion | None, code: str | None, reader: Reader, language: str) -> list[Ahead]:
    """The stages that likely follow: each stage's first transition that leads on, to an end at most a few further."""
    course: list[Ahead] = []
    stage = version.find_stage(code) if version else None
    seen = {code}
    while version and stage and len(course) < MOST_AHEAD:
        stage = _next(version, stage, seen)
        if stage is None:
            break
        seen.add(stage.code)
        course.append(Ahead(name=stage_name(stage, reader, language), side=stage.side or "nobody"))
    return course


def _next(version: TypeVersion, stage: Stage, seen: set[str | None]) -> Stage | None:
    """The first way on that comes to a good end without going back; else the first that is new."""
    fresh = [each for each in _following(version, stage) if each.code not in seen]
    return next((each for each in fresh if _ends_well(version, each, set(seen))), fresh[0] if fresh else None)


def _following(version: TypeVersion, stage: Stage) -> list[Stage]:
    by_code = version.flow.stage_by_code
    return [by_code[each.to] for each in stage.transitions if each.to in by_code]


def _ends_well(version: TypeVersion, stage: Stage, seen: set[str | None]) -> bool:
    waiting = [stage]
    while waiting:
        present = waiting.pop()
        if present.terminal == "concluded":
            return True
        seen.add(present.code)
        waiting += [each for each in _following(version, present) if each.code not in seen]
    return False


def stage_name(stage: Stage, reader: Reader, language: str) -> str:
    """A stage's name as the reader's side reads it."""
    return text_in(stage.names_for(reader.side), language) or stage.code


def before(version: TypeVersion, reader: Reader, language: str) -> Track:
    """The course that a request will likely take once it is sent."""
    first = version.flow.first_stage
    coming = [Ahead(name=stage_name(first, reader, language), side=first.side or "nobody")]
    coming += ahead(version, first.code, reader, language)
    author = gettext("You") if reader.is_client else ""
    here = Leg(name=gettext("Request"), who=author, side="client", state="now", time=gettext("now"))
    return track.of([here], coming, reader)
