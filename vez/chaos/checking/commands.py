"""Every accepted command took effect exactly once, and nothing took effect that nobody asked for.

A call is tied to what it made by its Idempotency-Key: the stored answer names the operation, the ticket's subject and
a message's text are the key itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from vez.chaos.history import Call
from vez.chaos.world import Event, Operation, Stored, World

SERVICE: Final = "/api/ticket"
ASKING: Final = frozenset(
    {"submit", "advance", "decision", "transfer", "take", "schedule", "wait", "resume", "cancel", "reopen"}
)
ANSWERS: Final = frozenset(
    {"flow.stage_entered", "flow.reassigned", "flow.decision_recorded", "flow.finished", "flow.refused"}
)
TURNING: Final = frozenset({"flow.stage_entered", "flow.reassigned", "flow.finished"})


def _stored(world: World) -> Mapping[tuple[str, str, str], Stored]:
    return {(s.person_id, s.path, s.key): s for s in world.stored}


def _place(call: Call) -> tuple[str, str, str]:
    """Where the answer of a call is stored; the service sees its own path, without the origin's part of it."""
    return call.person_id, call.path.removeprefix(SERVICE), call.key


def _of_tickets(world: World) -> Iterator[Call]:
    return (call for call in world.calls or () if call.path.startswith(SERVICE))


def accepted_commands_left_their_answer(world: World) -> Iterator[str]:
    """What was accepted is stored under its key, in the commit of its effect; what was refused is not."""
    stored = _stored(world)
    for call in _of_tickets(world):
        is_there = _place(call) in stored
        if call.outcome == "ok" and not is_there:
            yield f"{call.kind} {call.key} was accepted ({call.status}) and left no trace"
        if call.outcome == "failed" and is_there:
            yield f"{call.kind} {call.key} was refused ({call.status} {call.detail}) and took effect"


def nothing_was_done_that_nobody_asked(world: World) -> Iterator[str]:
    """Every stored answer is of a call of the history; every operation is of a stored answer."""
    if world.calls is None:
        return
    asked = {_place(call) for call in world.calls}
    for stored in world.stored:
        if (stored.person_id, stored.path, stored.key) not in asked:
            yield f"an answer is stored for {stored.path} with the key {stored.key}, which nobody sent"
    made = {s.operation_id for s in world.stored}
    for operation in world.operations:
        if operation.id not in made:
            yield f"operation {operation.id} ({operation.kind}) of ticket {operation.ticket_id} was asked by nobody"


def every_ticket_was_asked_for_once(world: World) -> Iterator[str]:
    """One ticket for each accepted submission, one at most for an unknown one, none else."""
    if world.calls is None:
        return
    submissions = {call.key: call for call in world.calls if call.kind == "submit"}
    found = Counter(ticket.subject for ticket in world.tickets)
    for subject, count in found.items():
        call = submissions.get(subject)
        if call is None or call.outcome == "failed":
            yield f"the ticket {subject!r} was asked for by nobody"
        if count > 1:
            yield f"{subject!r} was submitted once and is {count} tickets"
    for key, call in submissions.items():
        if call.outcome == "ok" and not found[key]:
            yield f"the ticket {key!r} was accepted and is not there"


def every_operation_has_one_answer(world: World) -> Iterator[str]:
    """The flow answers each operation once, the ticket settles it that way, and the ledger has it once."""
    answers: dict[str, list[Event]] = defaultdict(list)
    for event in world.services["workflow"].said if "workflow" in world.services else ():
        operation_id = event.payload.get("operation_id")
        if event.name in ANSWERS and operation_id:
            answers[operation_id].append(event)
    turned = Counter(turn.operation_id for turn in world.turns if turn.operation_id)
    entered = Counter(row.operation_id for row in world.entered if row.operation_id)
    for operation in world.operations:
        yield from _judged(operation, answers[operation.id], turned[operation.id], entered[operation.id])
    known = {operation.id for operation in world.operations}
    for operation_id in answers.keys() - known:
        yield f"the flow answered operation {operation_id}, which is not there"


def _judged(operation: Operation, answers: Iterable[Event], turns: int, entered: int) -> Iterator[str]:
    names = [event.name for event in answers]
    about = f"operation {operation.id} ({operation.kind}) of ticket {operation.ticket_id}"
    if operation.state == "pending":
        yield f"{about} is still pending"
        return
    if len(names) != 1:
        yield f"{about} has {len(names)} answers: {', '.join(names) or 'none'}"
        return
    expected = "refused" if names[0] == "flow.refused" else "done"
    if operation.state != expected:
        yield f"{about} is {operation.state}, and the answer was {names[0]}"
    if turns != (names[0] in TURNING):
        yield f"{about} was answered {names[0]} and made {turns} turns"
    if entered > 1 or (names[0] == "flow.stage_entered" and entered != 1):
        yield f"{about} was answered {names[0]} and entered {entered} stages"


def every_addition_is_there_once(world: World) -> Iterator[str]:
    """Messages and ratings: once where they were accepted, at most once where that is unknown, never where refused."""
    said, rated = Counter(world.messages), Counter(world.ratings)
    for call in world.calls or ():
        if call.kind == "messages":
            count = said[(call.ticket_id or "", call.key)]
            if count > 1 or (call.outcome == "ok") > count or (call.outcome == "failed" and count):
                yield f"the message {call.key} was {call.outcome} and is there {count} times"
        if call.kind == "rating" and call.outcome == "ok" and rated[call.ticket_id or ""] != 1:
            yield f"the rating of {call.ticket_id} was accepted and is there {rated[call.ticket_id or '']} times"


def every_accepted_command_names_its_operation(world: World) -> Iterator[str]:
    """An accepted command that the flow decides has an operation of its ticket and kind."""
    stored, operations = _stored(world), {o.id: o for o in world.operations}
    for call in world.calls or ():
        answer = stored.get(_place(call))
        if call.outcome != "ok" or call.kind not in ASKING or answer is None:
            continue
        operation = operations.get(answer.operation_id or "")
        if operation is None or (operation.ticket_id, operation.kind) != (call.ticket_id, call.kind):
            yield f"{call.kind} {call.key} was accepted, and its operation {answer.operation_id} is not there"


RULES: Final = (
    accepted_commands_left_their_answer,
    nothing_was_done_that_nobody_asked,
    every_ticket_was_asked_for_once,
    every_accepted_command_names_its_operation,
    every_operation_has_one_answer,
    every_addition_is_there_once,
)
