"""The turn ledger: one holder at a time, no gap, no overlap, a path of the flow, and the same in both services."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from vez.chaos.world import Entered, Flow, Published, Ticket, Turn, World

STATES: Final = {"running": "open", "concluded": "concluded", "cancelled": "cancelled", "refused": "draft"}
TIMERS: Final = frozenset({"flow.deadline_near", "flow.deadline_missed"})


def _turns(world: World) -> Mapping[str, list[Turn]]:
    found: dict[str, list[Turn]] = defaultdict(list)
    for turn in sorted(world.turns, key=lambda t: (t.ticket_id, t.ordinal)):
        found[turn.ticket_id].append(turn)
    return found


def ledgers_have_no_gap_and_no_overlap(world: World) -> Iterator[str]:
    """Each entry ends where the next begins: ordinals follow one another, and instants do not go back."""
    for ticket_id, turns in _turns(world).items():
        if [turn.ordinal for turn in turns] != list(range(1, len(turns) + 1)):
            yield f"the turns of {ticket_id} are numbered {[turn.ordinal for turn in turns]}"
        for before, after in pairwise(turns):
            if after.since < before.since:
                yield f"turn {after.ordinal} of {ticket_id} begins before turn {before.ordinal}"


def tickets_show_their_last_turn(world: World) -> Iterator[str]:
    """The ticket's own columns are the ledger's last entry: one holder at a time."""
    turns = _turns(world)
    known = {ticket.id for ticket in world.tickets}
    for ticket in world.tickets:
        last = turns[ticket.id][-1] if ticket.id in turns else None
        if last is None:
            if ticket.status not in ("draft", "deleted"):
                yield f"ticket {ticket.id} is {ticket.status} and has no turn"
        elif _shown(ticket) != (last.ordinal, last.since, last.side, last.holder) and ticket.status != "draft":
            yield f"ticket {ticket.id} shows {_shown(ticket)}, its last turn is {last}"
    for ticket_id in turns.keys() - known:
        yield f"there are turns of {ticket_id}, which is no ticket"


def _shown(ticket: Ticket) -> tuple[object, ...]:
    return ticket.ordinal, ticket.since, ticket.side, ticket.holder


def flows_and_tickets_agree(world: World) -> Iterator[str]:
    """What workflow decided is what ticket shows: stage, turn, holder and end."""
    flows = {flow.ticket_id: flow for flow in world.flows}
    for ticket in world.tickets:
        flow = flows.pop(ticket.id, None)
        if flow is None:
            if ticket.status not in ("draft", "deleted"):
                yield f"ticket {ticket.id} is {ticket.status} and has no flow"
        elif ticket.status != "deleted":
            yield from _differences(ticket, flow)
    for ticket_id in flows:
        yield f"there is a flow of {ticket_id}, which is no ticket"


def _differences(ticket: Ticket, flow: Flow) -> Iterator[str]:
    if STATES[flow.state] != ticket.status:
        yield f"ticket {ticket.id} is {ticket.status} and its flow {flow.state}"
    elif flow.state == "running":
        ours = (ticket.stage, ticket.side, ticket.ordinal, ticket.since, ticket.holder)
        theirs = (flow.stage, flow.side, flow.ordinal, flow.since, flow.holder)
        if ours != theirs:
            yield f"ticket {ticket.id} shows {ours} and its flow {theirs}"


def both_ledgers_are_one(world: World) -> Iterator[str]:
    """Workflow's ledger, which its clocks read, has the same beginnings and sides as ticket's."""
    ours: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for turn in world.turns:
        ours[turn.ticket_id].append((turn.ordinal, turn.since, turn.side))
    theirs: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for ticket_id, ordinal, since, side in world.clock_turns:
        theirs[ticket_id].append((ordinal, since, side))
    for ticket_id in ours.keys() | theirs.keys():
        if sorted(ours[ticket_id]) != sorted(theirs[ticket_id]):
            yield f"the ledgers of {ticket_id} differ: {len(ours[ticket_id])} turns and {len(theirs[ticket_id])}"


def histories_are_paths_of_the_flow(world: World) -> Iterator[str]:
    """A stage history begins with the flow's first stage, and each row follows the one before by its transition."""
    rows: dict[str, list[Entered]] = defaultdict(list)
    for row in sorted(world.entered, key=lambda r: (r.ticket_id, r.position)):
        rows[row.ticket_id].append(row)
    flows = {flow.ticket_id: flow for flow in world.flows}
    for ticket in world.tickets:
        path = rows[ticket.id]
        if [row.position for row in path] != list(range(1, len(path) + 1)) or len(path) != ticket.history_count:
            positions = [row.position for row in path]
            yield f"ticket {ticket.id} says {ticket.history_count} rows of history and has {positions}"
        flow = flows.get(ticket.id)
        published = world.published.get((flow.type, flow.version)) if flow else None
        if published is not None:
            yield from _strays(ticket.id, path, published)


def _strays(ticket_id: str, path: Sequence[Entered], published: Published) -> Iterator[str]:
    if path and path[0].stage != published.first:
        yield f"ticket {ticket_id} began in {path[0].stage}, not in {published.first}"
    for before, after in pairwise(path):
        if before.stage in published.terminal:
            continue  # opened again: back in the stage that it ended from, or where its rule says
        if published.transitions.get((before.stage, after.transition or "")) != after.stage:
            yield f"ticket {ticket_id} went from {before.stage} by {after.transition} to {after.stage}"


def timers_fired_once(world: World) -> Iterator[str]:
    """No deadline was told twice, and nobody was woken more often than sent to sleep."""
    said = world.services["workflow"].said if "workflow" in world.services else ()
    told = Counter((e.name, e.aggregate_id, e.payload.get("due_at")) for e in said if e.name in TIMERS)
    for (name, ticket_id, due_at), count in told.items():
        if count > 1:
            yield f"{name} of {ticket_id} for {due_at} was said {count} times"
    causes: dict[str, Counter[str]] = defaultdict(Counter)
    for turn in world.turns:
        causes[turn.ticket_id][turn.cause] += 1
    for ticket_id, turns in causes.items():
        if turns["wake"] > turns["schedule"]:
            yield f"ticket {ticket_id} was scheduled {turns['schedule']} times and woken {turns['wake']} times"


def timers_that_are_due_have_fired(world: World) -> Iterator[str]:
    """In no running flow is there anything that time should have done by now."""
    for flow in world.flows:
        if world.now and flow.state == "running" and flow.next_at is not None and flow.next_at <= world.now:
            yield f"the flow of {flow.ticket_id} was due at {flow.next_at}, and nothing happened by {world.now}"


def fired(world: World) -> Mapping[str, int]:
    """How many timers fired, by what they did: what there was for the rules to judge."""
    said = world.services["workflow"].said if "workflow" in world.services else ()
    found = Counter(event.name.partition(".")[2] for event in said if event.name in TIMERS)
    found["wake"] = sum(turn.cause == "wake" for turn in world.turns)
    return dict(found)


RULES: Final = (
    ledgers_have_no_gap_and_no_overlap,
    tickets_show_their_last_turn,
    flows_and_tickets_agree,
    both_ledgers_are_one,
    histories_are_paths_of_the_flow,
    timers_fired_once,
    timers_that_are_due_have_fired,
)
