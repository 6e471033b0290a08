"""The transitions of a stage: which there are for who may act, what blocks each, and judging one that is taken."""

from __future__ import annotations

from typing import Final

from services.ticket.rules import parameters, problems
from services.ticket.rules.answers import Blocked, TransitionShown
from services.ticket.rules.reading import Reading
from shared.catalog import conditions
from shared.catalog.definitions import Transition, text_in
from shared.catalog.values import REQUIRED, Errors
from shared.errors import Message

NO_SUCH: Final = "This stage has no transition %(transition)s"
NOT_MET: Final = Message("The condition of this step is not met by the ticket as it is now")
NO_UNDERSTANDING: Final = Message("Write an understanding first: none was written since this stage began")


def shown_transitions(reading: Reading) -> list[TransitionShown]:
    """Every transition of the stage with what blocks it, for who may act."""
    stage = reading.stage
    if stage is None:
        return []
    lacking = parameters.lacking(reading, reading.standing.side)
    return [_shown(reading, transition, lacking) for transition in stage.transitions]


def judge_taken(reading: Reading, code: str, comment: str | None) -> Transition:
    """The transition that is taken. Raises Invalid, naming everything that is wrong."""
    stage = reading.stage
    transition = stage.transition_by_code.get(code) if stage else None
    if transition is None:
        raise problems.invalid("transition", NO_SUCH, transition=code)
    wrong: Errors = parameters.lacking(reading, reading.standing.side)
    if not _condition_holds(reading, transition):
        wrong = {**wrong, "transition": [NOT_MET]}
    if not _understood(reading):
        wrong = {**wrong, "understanding": [NO_UNDERSTANDING]}
    if transition.comment == "required" and not (comment or "").strip():
        wrong = {**wrong, "comment": [REQUIRED]}
    if wrong:
        raise problems.invalid_fields(wrong)
    return transition


def _shown(reading: Reading, transition: Transition, lacking: Errors) -> TransitionShown:
    blocked = [Blocked(field, reason) for field, reasons in lacking.items() for reason in reasons]
    if not _condition_holds(reading, transition):
        blocked.append(Blocked(None, NOT_MET))
    if not _understood(reading):
        blocked.append(Blocked(None, NO_UNDERSTANDING))
    name = text_in(transition.names, reading.language) or transition.code
    return TransitionShown(transition.code, name, transition.comment, blocked)


def _condition_holds(reading: Reading, transition: Transition) -> bool:
    return conditions.holds(
        reading.definition, transition.condition, parameters=reading.ticket.parameters, **reading.facts
    )


def _understood(reading: Reading) -> bool:
    needed = reading.stage is not None and reading.stage.understanding == "required"
    return not needed or reading.ticket.is_understood
