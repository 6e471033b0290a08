"""Recorded tickets walked through a draft: every finding, and that nothing is found where nothing changed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from services.workflow.rules.facts import Standing
from shared.catalog.definitions import Approvers, Catalog, Due, Flow, Queue, Type, TypeVersion
from shared.catalog.parameters import Parameter
from shared.contracts.workflow import Holder
from shared.ids import SYSTEM
from tests.builders.workflow import NOON, rule, span, stage, to
from vez.rehearsal.findings import Findings
from vez.rehearsal.house import House
from vez.rehearsal.recorded import Entry, Move, Recorded
from vez.rehearsal.run import rehearse

HOUR = timedelta(hours=1)
NOW = NOON + timedelta(days=30)
ANA, BRUNO, CARLA = "ana", "bruno", "carla"
TEAM = Holder(id="team", queue=True)
END = stage("done", None, kind="terminal", terminal="concluded")
FLOW = (
    stage("desk", "attendant", to("ask"), to("done"), assign=rule("attendant:bruno@x")),
    stage("ask", "client", to("desk", "answer"), due=Due(within=span("48h"), then="answer")),
    END,
)


def draft(*stages: Any, parameters: tuple[Parameter, ...] = (), queues: tuple[Queue, ...] = ()) -> Catalog:
    """A draft of one type `t`."""
    flow = Flow(first=stages[0].code, stages=stages, fallback=rule("queue:team"))
    type = Type(code="t", group="g", names={}, version=TypeVersion(parameters=parameters, flow=flow))
    team = Queue(code="team", names={}, members=("carla@x",))
    return Catalog(types=(type,), queues=(team, *queues))


def house(catalog: Catalog, *, unable: frozenset[str] = frozenset(), default: str | None = BRUNO) -> House:
    """Bruno and Carla can attend, unless they are unable."""
    people = {id: Standing(id, id.title(), id not in unable and id != ANA) for id in (ANA, BRUNO, CARLA)}
    return House(catalog=catalog, people=people, ids={f"{id}@x": id for id in people}, default_attendant=default)


def moved(hours: float, stage: str, by: str = BRUNO, **more: Any) -> Move:
    """A step into a stage, so many hours after noon."""
    by_clock = by == SYSTEM.id
    more.setdefault("transition", stage)
    return Move(at=NOON + HOUR * hours, kind="advance", stage=stage, by=by, by_clock=by_clock, **more)


def ticket(*moves: Move, first: Holder | None = Holder(id=BRUNO), ended: float | None = None, **more: Any) -> Recorded:
    """A ticket of Ana's, submitted at noon, whose stages Bruno held, and the client's Ana."""
    steps = [move for move in moves if move.kind == "advance"]
    holders = {"ask": Holder(id=ANA), "done": None}
    entries = [Entry(stage="desk", at=NOON, holder=first)]
    entries += [Entry(stage=m.stage, at=m.at, holder=holders.get(m.stage, Holder(id=BRUNO))) for m in steps]
    told: dict[str, Any] = {"number": "1", "type": "t", "client_id": ANA, "requester_id": ANA, "submitted_at": NOON}
    at = NOON + HOUR * ended if ended is not None else None
    return Recorded(**told, entries=tuple(entries), moves=moves, ended_at=at, **more)


ASKED_AND_DONE = (
    moved(1, "ask"), moved(3, "desk", ANA, transition="answer"), moved(4, "done"),
)  # fmt: skip


def walked(catalog: Catalog, *tickets: Recorded, of: House | None = None) -> Findings:
    """What the rehearsal of these found."""
    done = Counter[str]()
    found = rehearse(catalog, of or house(catalog), tickets, NOW, walked_one=lambda: done.update(["one"]))
    assert done["one"] == len(tickets)
    return found[0]


def test_the_flow_that_tickets_walked_has_nothing_against_it() -> None:
    found = walked(draft(*FLOW), ticket(*ASKED_AND_DONE, ended=4))

    assert (found.tickets, found.ended, found.moves) == (1, 1, 3)
    for places in (found.dead_ends, found.nobody, found.refused, found.unfinished, found.asked, found.holders):
        assert not places
    assert found.whole.recorded == found.whole.rehearsed == [4 * 3600]


def test_a_stage_that_a_condition_closes_is_a_dead_end_and_leaves_its_ticket_open() -> None:
    amount = Parameter(code="amount", kind="integer", labels={})
    desk = stage("desk", "attendant", to("done", condition="parameters.amount > 100"), assign=rule("attendant:bruno@x"))
    found = walked(
        draft(desk, END, parameters=(amount,)),
        ticket(moved(1, "done"), ended=1, values={"amount": 5}),
        ticket(moved(1, "done"), ended=1, values={"amount": 500}),
    )

    assert found.dead_ends[("desk",)].count == 1
    assert found.refused[("desk", "done", "condition-not-met")].count == 1
    assert found.unfinished[("desk",)].count == 1


def test_a_condition_on_what_is_still_to_be_filled_in_is_no_dead_end() -> None:
    amount = Parameter(code="amount", kind="integer", labels={})
    desk = stage("desk", "attendant", to("done", condition="parameters.amount > 100"), assign=rule("attendant:bruno@x"))

    found = walked(draft(desk, END, parameters=(amount,)), ticket())

    assert not found.dead_ends


def test_who_can_no_longer_act_leaves_a_stage_with_nobody_and_the_fallback_has_it() -> None:
    catalog = draft(*FLOW)
    found = walked(catalog, ticket(), of=house(catalog, unable=frozenset({BRUNO})))

    assert found.nobody[("desk", "attendant_cannot_act", "queue team")].examples == ["1"]
    assert found.holders[("desk", "Bruno", "queue team")].count == 1


def test_nobody_at_all_is_told_where_the_fallback_is_empty_too() -> None:
    catalog = draft(*FLOW)
    found = walked(catalog, ticket(moved(1, "ask")), of=house(catalog, unable=frozenset({BRUNO, CARLA})))

    assert found.nobody[("desk", "attendant_cannot_act", "queue team")].count == 1
    assert found.refused[("desk", "take", "queue-has-nobody")].count == 1


def test_a_step_that_the_draft_lacks_is_refused_and_a_later_one_that_it_has_is_taken() -> None:
    desk = stage("desk", "attendant", to("done"), assign=rule("attendant:bruno@x"))
    found = walked(draft(desk, END), ticket(*ASKED_AND_DONE, ended=4))

    assert found.refused[("desk", "ask", "unknown-transition")].count == 1
    assert not found.unfinished
    assert found.whole.rehearsed == [4 * 3600]


def test_a_step_of_another_code_is_taken_where_it_leads_to_the_same_stage() -> None:
    desk = stage("desk", "attendant", to("done", "finish"), assign=rule("attendant:bruno@x"))
    found = walked(draft(desk, END), ticket(moved(1, "done"), ended=1))

    assert not found.refused
    assert not found.unfinished


def test_a_queue_in_the_drafts_rule_changes_the_holder_and_its_member_acts() -> None:
    desk = stage("desk", "attendant", to("done"), assign=rule("queue:team"))
    found = walked(draft(desk, END), ticket(moved(1, "done"), ended=1))

    assert found.holders[("desk", "Bruno", "queue team")].count == 1
    assert found.changed == {"1"}
    assert not found.refused
    assert not found.unfinished


def test_who_took_a_ticket_and_is_no_member_of_the_drafts_queue_is_refused() -> None:
    desk = stage("desk", "attendant", to("done"), assign=rule("queue:team"))
    take = Move(at=NOON + HOUR, kind="take", stage="desk", by=BRUNO, holder=Holder(id=BRUNO))
    found = walked(draft(desk, END), ticket(take, moved(2, "done"), first=TEAM, ended=2))

    assert found.refused[("desk", "take", "not-a-member")].count == 1
    assert not found.holders
    assert not found.unfinished


def test_parameters_and_comments_that_the_draft_requires_are_asked_besides() -> None:
    cause = Parameter(code="cause", kind="text", labels={})
    why = Parameter(code="why", kind="text", labels={})
    cells: Any = {"client": {"why": "required"}, "attendant": {"cause": "required"}}
    desk = stage("desk", "attendant", to("done", comment="required"), assign=rule("attendant:bruno@x"), cells=cells)
    catalog = draft(desk, END, parameters=(cause, why))
    bare = walked(catalog, ticket(moved(1, "done"), ended=1))
    full = walked(catalog, ticket(moved(1, "done", commented=True), ended=1, values={"cause": "c", "why": "w"}))

    assert set(bare.asked) == {
        ("desk", "parameter why"), ("desk", "parameter cause"), ("desk", "a comment"),
    }  # fmt: skip
    assert not bare.unfinished
    assert not full.asked


def test_an_understanding_is_asked_besides_unless_one_was_written_in_the_stage() -> None:
    desk = stage("desk", "attendant", to("done"), understanding="required", assign=rule("attendant:bruno@x"))
    catalog = draft(desk, END)
    walked_with = {
        written: walked(catalog, ticket(moved(2, "done"), ended=2, understood_at=written)).asked
        for written in ((), (NOON + HOUR,), None)
    }

    assert walked_with[()][("desk", "an understanding")].count == 1
    assert not walked_with[(NOON + HOUR,)]
    assert not walked_with[None]


def test_a_clock_of_the_draft_moves_what_followed_sooner() -> None:
    recorded = ticket(moved(1, "ask"), moved(49, "desk", SYSTEM.id, transition="answer"), moved(51, "done"), ended=51)
    sooner = (FLOW[0], stage("ask", "client", to("desk", "answer"), due=Due(within=span("24h"), then="answer")), END)

    assert walked(draft(*FLOW), recorded).whole.rehearsed == [51 * 3600]
    found = walked(draft(*sooner), recorded)
    assert found.whole.medians == (51 * 3600, 27 * 3600)
    assert found.by_clock == {"ask": 1}
    assert found.deadlines[("ask", "missed")].count == 1


def test_without_a_clock_what_only_a_clock_did_never_happens() -> None:
    recorded = ticket(moved(1, "ask"), moved(49, "desk", SYSTEM.id, transition="answer"), moved(51, "done"), ended=51)
    found = walked(draft(FLOW[0], stage("ask", "client", to("desk", "answer")), END), recorded)

    assert found.unfinished[("ask",)].count == 1
    assert found.refused[("ask", "done", "unknown-transition")].count == 1


def test_a_rest_that_was_scheduled_pauses_the_drafts_clock() -> None:
    rest = Move(at=NOON + HOUR, kind="schedule", stage="desk", by=BRUNO, until=NOON + HOUR * 30)
    desk = stage("desk", "attendant", to("done"), assign=rule("attendant:bruno@x"), due=Due(within=span("4h")))
    late, rested = ticket(moved(31, "done"), ended=31), ticket(rest, moved(31, "done"), ended=31)

    assert walked(draft(desk, END), late).deadlines[("desk", "missed")].count == 1
    assert not walked(draft(desk, END), rested).deadlines


def test_an_approval_of_several_is_decided_by_as_many_as_it_needs() -> None:
    board = stage(
        "desk", "attendant", to("done", "approve", outcome="approved"), to("ask", "reject", outcome="rejected"),
        kind="approval", approvers=Approvers(queue="board", needs=2), approves="result",
    )  # fmt: skip
    queues = (Queue(code="board", names={}, members=("bruno@x", "carla@x")),)
    catalog = draft(board, FLOW[1], END, queues=queues)
    found = walked(catalog, ticket(moved(1, "done", transition="approve"), ended=1))

    assert not found.refused
    assert not found.unfinished
    assert not found.nobody


def test_an_approval_with_too_few_approvers_is_told() -> None:
    board = stage(
        "desk", "attendant", to("done", "approve", outcome="approved"),
        kind="approval", approvers=Approvers(queue="team", needs=2), approves="result",
    )  # fmt: skip
    found = walked(draft(board, END), ticket(moved(1, "done", transition="approve"), ended=1))

    assert found.nobody[("desk", "too_few_approvers", "queue team")].count == 1
    assert found.unfinished[("desk",)].count == 1


def test_the_least_loaded_member_is_told_by_what_was_rehearsed_until_then() -> None:
    desk = stage("desk", "attendant", to("done"), assign=rule("least_loaded:both"))
    queues = (Queue(code="both", names={}, members=("bruno@x", "carla@x")),)
    found = walked(draft(desk, END, queues=queues), *(ticket() for _ in range(4)))

    assert found.holders[("desk", "Bruno", "Carla")].count == 2


def test_a_cancelled_ticket_is_cancelled_on_the_clients_turn_alone() -> None:
    cancel = Move(at=NOON + HOUR * 2, kind="cancel", stage="ask", by=None)
    asked = ticket(moved(1, "ask"), cancel, ended=2)
    straight = ticket(Move(at=NOON + HOUR * 2, kind="cancel", stage="desk"), ended=2)

    assert not walked(draft(*FLOW), asked).refused
    assert walked(draft(*FLOW), straight).refused[("desk", "cancel", "not-the-clients-turn")].count == 1


def test_what_happens_after_now_is_not_rehearsed() -> None:
    catalog = draft(*FLOW)
    late = ticket(moved(24 * 40, "done"))
    assert walked(catalog, late).moves == 0
