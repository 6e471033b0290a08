"""The checker finds what it is there to find: each rule holds in a whole world and is broken in a broken one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.chaos.worlds import (
    ANA,
    ANSWERED,
    ASKED,
    BRUNO,
    TICKET,
    WHOLE,
    answered,
    call,
    minute,
    received,
    stored,
    with_service,
)
from vez.chaos import checking
from vez.chaos.checking.ledger import fired
from vez.chaos.world import Called, Delivery, Entered, Event, Operation, Turn, World


def changed(field: str, place: int, **changes: Any) -> World:
    """The whole world with one row otherwise."""
    rows: list[Any] = list(getattr(WHOLE, field))
    rows[place] = replace(rows[place], **changes)
    return replace(WHOLE, **{field: rows})


def without(field: str, place: int) -> World:
    """The whole world without one row."""
    rows = list(getattr(WHOLE, field))
    del rows[place]
    return replace(WHOLE, **{field: rows})


def more(field: str, *rows: Any) -> World:
    """The whole world with rows too many."""
    return replace(WHOLE, **{field: [*getattr(WHOLE, field), *rows]})


def unsent() -> World:
    said = [replace(ASKED[0], is_sent=False), *ASKED[1:]]
    return with_service("ticket", said=said)


def told_twice() -> World:
    again = replace(ANSWERED[3], id="f5", sequence=5)
    return with_service("workflow", said=[*ANSWERED, again])


def answered_twice() -> World:
    again = answered(5, "flow.reassigned", "o2", BRUNO, side="attendant", holder_after={"id": BRUNO, "queue": False})
    return with_service("workflow", said=[*ANSWERED, again])


def heard_by_ticket(*rows: Any) -> World:
    return with_service("ticket", heard=rows)


BROKEN: Sequence[tuple[str, str, Callable[[], World]]] = (
    ("accepted_commands_left_their_answer", "k2 was accepted", lambda: without("stored", 1)),
    (
        "accepted_commands_left_their_answer",
        "k5 was refused",
        lambda: more("stored", stored("k5", "advance", ANA, None)),
    ),
    ("nothing_was_done_that_nobody_asked", "which nobody sent", lambda: without("calls", 2)),
    (
        "nothing_was_done_that_nobody_asked",
        "was asked by nobody",
        lambda: more("operations", Operation("o9", TICKET, "take", "done")),
    ),
    ("every_ticket_was_asked_for_once", "asked for by nobody", lambda: changed("tickets", 0, subject="a ghost")),
    (
        "every_ticket_was_asked_for_once",
        "is 2 tickets",
        lambda: more("tickets", replace(WHOLE.tickets[0], id="t2", status="draft")),
    ),
    ("every_ticket_was_asked_for_once", "is not there", lambda: replace(WHOLE, tickets=[])),
    ("every_accepted_command_names_its_operation", "o2 is not there", lambda: without("operations", 1)),
    (
        "every_accepted_command_names_its_operation",
        "is not there",
        lambda: changed("operations", 1, ticket_id="t2"),
    ),
    ("every_operation_has_one_answer", "still pending", lambda: changed("operations", 2, state="pending")),
    ("every_operation_has_one_answer", "has 2 answers", answered_twice),
    (
        "every_operation_has_one_answer",
        "has 0 answers",
        lambda: with_service("workflow", said=[ANSWERED[0], ANSWERED[2], ANSWERED[3]]),
    ),
    ("every_operation_has_one_answer", "is refused", lambda: changed("operations", 1, state="refused")),
    ("every_operation_has_one_answer", "made 0 turns", lambda: without("turns", 1)),
    ("every_operation_has_one_answer", "entered 0 stages", lambda: without("entered", 1)),
    ("every_operation_has_one_answer", "which is not there", lambda: without("operations", 0)),
    ("every_addition_is_there_once", "is there 2 times", lambda: more("messages", (TICKET, "k4"))),
    ("every_addition_is_there_once", "is there 0 times", lambda: replace(WHOLE, messages=[])),
    (
        "every_addition_is_there_once",
        "was failed and is there 1 times",
        lambda: replace(WHOLE, calls=[*WHOLE.calls[:3], call("k4", "messages", ANA, outcome="failed")]),  # type: ignore[index]
    ),
    ("every_addition_is_there_once", "the rating", lambda: replace(WHOLE, ratings=[])),
    ("ledgers_have_no_gap_and_no_overlap", "are numbered [1, 3]", lambda: without("turns", 1)),
    ("ledgers_have_no_gap_and_no_overlap", "begins before", lambda: changed("turns", 2, since=minute(0))),
    ("tickets_show_their_last_turn", "its last turn is", lambda: changed("tickets", 0, holder=BRUNO)),
    ("tickets_show_their_last_turn", "has no turn", lambda: replace(WHOLE, turns=[])),
    (
        "tickets_show_their_last_turn",
        "which is no ticket",
        lambda: more("turns", Turn("t9", 1, minute(1), "client", ANA, "asked", "entered", None)),
    ),
    ("flows_and_tickets_agree", "and its flow", lambda: changed("flows", 0, holder=BRUNO)),
    ("flows_and_tickets_agree", "and its flow concluded", lambda: changed("flows", 0, state="concluded")),
    ("flows_and_tickets_agree", "has no flow", lambda: replace(WHOLE, flows=[])),
    ("flows_and_tickets_agree", "which is no ticket", lambda: more("flows", replace(WHOLE.flows[0], ticket_id="t9"))),
    ("both_ledgers_are_one", "differ: 3 turns and 2", lambda: without("clock_turns", 2)),
    ("histories_are_paths_of_the_flow", "rows of history", lambda: changed("tickets", 0, history_count=3)),
    ("histories_are_paths_of_the_flow", "not in received", lambda: changed("entered", 0, stage="asked")),
    ("histories_are_paths_of_the_flow", "went from", lambda: changed("entered", 1, transition="fly")),
    (
        "histories_are_paths_of_the_flow",
        "has [1, 2, 4]",
        lambda: more("entered", Entered(TICKET, 4, "gone", "drop", None, None)),
    ),
    ("timers_fired_once", "was said 2 times", told_twice),
    ("timers_that_are_due_have_fired", "nothing happened", lambda: replace(WHOLE, now=minute(31))),
    ("timers_fired_once", "woken 1 times", lambda: changed("turns", 2, cause="wake")),
    (
        "numbers_of_events_have_no_gap",
        "are numbered [1, 3]",
        lambda: with_service("ticket", said=[ASKED[0], ASKED[2]]),
    ),
    (
        "numbers_of_events_have_no_gap",
        "is not its word",
        lambda: with_service("attachments", said=[Event("x1", "ticket.drafted", "t5", 1)]),
    ),
    ("everything_was_sent", "1 events of ticket were not sent", unsent),
    (
        "readers_applied_the_highest_number",
        "notify applied 3 of 4",
        lambda: with_service("notify", applied={("flow", TICKET): 3, ("ticket", TICKET): 3}),
    ),
    (
        "readers_ran_what_they_handle_once",
        "never ran flow.stage_entered number 3",
        lambda: heard_by_ticket(*map(received, ANSWERED[:2])),
    ),
    (
        "readers_ran_what_they_handle_once",
        "which nobody said",
        lambda: heard_by_ticket(*map(received, ANSWERED[:3]), replace(received(ANSWERED[0]), id="forged")),
    ),
    (
        "nothing_is_parked_and_nothing_waits",
        "parked: it broke",
        lambda: heard_by_ticket(
            *map(received, ANSWERED[:2]), replace(received(ANSWERED[2]), state="parked", error="it broke")
        ),
    ),
    (
        "nothing_is_parked_and_nothing_waits",
        "keeps a dead letter",
        lambda: with_service("notify", dead_letters=["not an envelope"]),
    ),
    ("audit_chains_hold", "flow:t1 is broken", lambda: replace(WHOLE, broken_chains=["workflow flow:t1"])),
    (
        "one_delivery_for_each_event_recipient_and_channel",
        "has 2 deliveries",
        lambda: more("deliveries", Delivery("d3", "f3", ANA, "in_app", "sent")),
    ),
    (
        "one_delivery_for_each_event_recipient_and_channel",
        "which nobody said",
        lambda: more("deliveries", Delivery("d3", "forged", ANA, "in_app", "sent")),
    ),
    ("every_holder_was_told", "was not told", lambda: without("deliveries", 0)),
    ("deliveries_are_settled", "is queued", lambda: changed("deliveries", 0, state="queued")),
    ("completed_files_are_stored", "is rejected", lambda: changed("files", 0, state="rejected")),
    ("completed_files_are_stored", "is not there", lambda: replace(WHOLE, files=[])),
    ("completed_files_are_stored", "still being checked", lambda: changed("files", 1, state="checking")),
    ("stored_files_have_their_content", "is missing", lambda: changed("files", 0, is_whole=None)),
    ("stored_files_have_their_content", "is another", lambda: changed("files", 0, is_whole=False)),
    ("tickets_show_their_files_once", "shown 0 times", lambda: replace(WHOLE, shown_files=[])),
    ("tickets_show_their_files_once", "not stored and shown 1", lambda: more("shown_files", "u2")),
    ("mail_was_sent_once", "no mailbox has it", lambda: replace(WHOLE, mail=[])),
    ("mail_was_sent_once", "which is no delivery", lambda: more("mail", "forged")),
    ("mail_was_sent_once", "1 mails were sent once more", lambda: more("mail", "d2")),
    ("every_hook_is_told_of_what_it_hears", "there is no delivery of f3", lambda: without("deliveries", 3)),
    (
        "every_hook_is_told_of_what_it_hears",
        "there is no delivery of f1",
        lambda: changed("deliveries", 2, recipient_id="another"),
    ),
    ("hooks_were_called_once", "w3 says that a receiver took it, and none did", lambda: without("called", 1)),
    ("hooks_were_called_once", "which is no delivery", lambda: more("called", Called("forged", "f1"))),
    ("hooks_were_called_once", "is of event f3, and brought f1", lambda: changed("called", 1, event_id="f1")),
    ("hooks_were_called_once", "1 messages came once more", lambda: more("called", Called("w1", "f1"))),
)


def test_a_whole_world_breaks_no_rule() -> None:
    assert checking.check(WHOLE) == []


@pytest.mark.parametrize(("rule", "says", "broken"), BROKEN, ids=[f"{r}: {s}" for r, s, _ in BROKEN])
def test_a_broken_world_is_found(rule: str, says: str, broken: Callable[[], World]) -> None:
    assert [v.what for v in checking.check(broken()) if v.rule == rule and says in v.what]


def test_every_rule_has_been_seen_to_fail() -> None:
    assert {rule for rule, _, _ in BROKEN} == {rule.__name__ for rule in checking.RULES}


def test_what_is_not_known_may_have_happened_or_not() -> None:
    """A call without an answer: with its effect and without, both are right."""
    unknown = call("k2", "take", BRUNO, outcome="unknown", status=0)
    calls = [c if c.key != "k2" else unknown for c in WHOLE.calls or ()]
    assert checking.check(replace(WHOLE, calls=calls)) == []
    never = call("k7", "messages", ANA, outcome="unknown", status=0)
    assert checking.check(replace(WHOLE, calls=[*(WHOLE.calls or ()), never])) == []


def test_a_mail_may_be_there_again_for_each_death() -> None:
    assert checking.check(replace(WHOLE, mail=["d2", "d2"], repeats=1)) == []


def test_a_message_may_come_to_a_hook_again_for_each_death_and_each_lost_answer() -> None:
    assert checking.check(replace(more("called", Called("w1", "f1")), hook_repeats=1)) == []


def test_a_hook_is_not_judged_by_what_was_said_of_tickets_before_it_was_there() -> None:
    of_the_demonstration = [replace(WHOLE.flows[0], type="billing_dispute")]
    left = [d for d in WHOLE.deliveries if d.channel != "webhook"]
    assert checking.check(replace(WHOLE, flows=of_the_demonstration, published={}, deliveries=left, called=[])) == []


def test_timers_are_counted_by_what_they_did() -> None:
    woken = [*WHOLE.turns[:2], replace(WHOLE.turns[2], cause="wake")]
    assert fired(replace(WHOLE, turns=woken)) == {"deadline_missed": 1, "wake": 1}


def test_a_flow_that_ended_is_due_no_more() -> None:
    ended = replace(WHOLE.flows[0], state="concluded")
    late = [v for v in checking.check(replace(WHOLE, flows=[ended], now=minute(31))) if "due" in v.rule]
    assert late == []


def test_without_a_history_what_people_asked_is_not_judged() -> None:
    assert checking.check(replace(WHOLE, calls=None)) == []


def test_an_older_whole_event_may_be_overtaken() -> None:
    """Of events that carry the whole of their subject the newest wins, and an older one leaves no id."""
    said = [Event("p1", "person.changed", ANA, 1), Event("p2", "person.changed", ANA, 2)]
    identity = replace(WHOLE.services["attachments"], said=said, applied={})
    services = {**WHOLE.services, "identity": identity}
    for name in ("ticket", "workflow", "notify", "attachments"):
        applied = {**services[name].applied, ("person", ANA): 2}
        handles = services[name].handles | {"person.changed"}
        services[name] = replace(services[name], applied=applied, handles=handles)
    assert checking.check(replace(WHOLE, services=services)) == []
