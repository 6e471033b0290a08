"""Who may do what, when: the sentences of the domain page, one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.ticket.rules.policy import RULES, Judgement, actions, judge
from shared.ids import Actor
from tests.builders.ticket import (
    NOON,
    TicketBuilder,
    a_client,
    a_person,
    a_ticket,
    an_administrator,
    an_attendant,
)

ana, bia, bruno, carla, admin = (
    a_client("Ana"),
    a_client("Bia"),
    an_attendant(),
    an_attendant("Carla"),
    an_administrator(),
)
DISCUSSING = ["comment", "attach"]


def judged(ticket: TicketBuilder, actor: Actor, action: str, **relations: object) -> Judgement:
    return judge(action, ticket.case(actor, **relations))


def allowed(ticket: TicketBuilder, actor: Actor, **relations: object) -> list[str]:
    return actions(ticket.case(actor, **relations))


def refused_as(judgement: Judgement) -> tuple[str | None, str | None]:
    """The problem types of the 403 and of the 409."""
    forbidden, conflict = judgement.forbidden, judgement.conflict
    return (forbidden.type if forbidden else None, conflict.type if conflict else None)


# ---- drafts ---------------------------------------------------------------------------------------------------------


def test_a_draft_is_edited_submitted_or_discarded_in_the_ticket_service() -> None:
    assert allowed(a_ticket().opened_by(ana), ana) == ["edit", "submit", "discard", "attach", "remove_file"]


def test_save_keeps_a_draft_seen_by_nobody_else() -> None:
    draft = a_ticket().opened_by(ana)
    for other in (bia, bruno, admin):
        standing = draft.seen_by(other)
        assert not any([standing.is_client, standing.attends, standing.is_shared])


def test_an_attendant_may_open_a_ticket_on_behalf_of_a_client() -> None:
    assert "submit" in allowed(a_ticket().on_behalf(bruno, ana), bruno)


def test_a_draft_opened_on_behalf_is_not_the_clients_to_see() -> None:
    assert allowed(a_ticket().on_behalf(bruno, ana), ana) == []


def test_the_author_may_always_discard_their_own_draft() -> None:
    assert judged(a_ticket().opened_by(ana), ana, "discard").allows


# ---- the client -----------------------------------------------------------------------------------------------------


def test_my_turn_lets_the_client_edit_what_the_stage_allows_advance_attach_and_discuss() -> None:
    ticket = a_ticket().opened_by(ana).on_the_clients_turn()
    assert allowed(ticket, ana) == ["edit", "advance", "comment", "attach", "remove_file", "share"]


def test_my_turn_in_an_approval_lets_the_client_approve_or_reject() -> None:
    ticket = a_ticket().opened_by(ana).on_the_clients_turn(kind="approval")
    assert "decide" in allowed(ticket, ana)
    assert refused_as(judged(ticket, ana, "advance")) == (None, "needs-decision")


def test_what_is_decided_on_keeps_its_files() -> None:
    ticket = a_ticket().opened_by(ana).on_the_clients_turn(kind="approval")
    assert refused_as(judged(ticket, ana, "remove_file")) == (None, "needs-decision")
    assert judged(ticket, ana, "attach").allows


@pytest.mark.parametrize("turn", ["attendant", "third_party", "queue", "scheduled", "routing"])
def test_awaiting_return_is_read_only_discussion_always_open_attachments_may_be_added_nothing_else(turn: str) -> None:
    mine = a_ticket().opened_by(ana)
    tickets = {
        "attendant": mine.held_by(bruno),
        "third_party": mine.held_by(bruno, side="third_party"),
        "queue": mine.held_by_queue("finance"),
        "scheduled": mine.scheduled_by(bruno),
        "routing": mine.submitted_by(ana),
    }
    assert allowed(tickets[turn], ana) == DISCUSSING


def test_attachments_may_be_added_not_removed_while_awaiting() -> None:
    assert refused_as(judged(a_ticket().opened_by(ana).held_by(bruno), ana, "remove_file")) == (None, "not-your-turn")


def test_a_refusal_says_whose_turn_it_is() -> None:
    conflict = judged(a_ticket().opened_by(ana).held_by(bruno), ana, "advance").conflict
    assert conflict is not None
    assert conflict.extra["turn"] == {"side": "attendant", "holder": "Carla"}
    assert "Carla" in str(conflict)


def test_concluded_is_read_only_but_rate_and_reopen_inside_the_window() -> None:
    ticket = a_ticket().opened_by(ana).concluded(reopen_until=NOON + timedelta(days=1))
    assert allowed(ticket, ana) == ["reopen", "rate"]


def test_cancelled_is_read_only() -> None:
    assert allowed(a_ticket().opened_by(ana).cancelled(), ana) == []
    assert refused_as(judged(a_ticket().opened_by(ana).cancelled(), ana, "comment")) == (None, "read-only")


def test_a_concluded_ticket_is_reopened_only_where_the_flow_sets_a_window() -> None:
    ticket = a_ticket().opened_by(ana).concluded()
    assert refused_as(judged(ticket, ana, "reopen")) == (None, "cannot-reopen")


def test_a_concluded_ticket_is_reopened_only_inside_the_window() -> None:
    ticket = a_ticket().opened_by(ana).concluded(reopen_until=NOON - timedelta(seconds=1))
    assert refused_as(judged(ticket, ana, "reopen")) == (None, "reopening-over")


def test_cancelled_tickets_do_not_reopen() -> None:
    assert refused_as(judged(a_ticket().opened_by(ana).cancelled(), ana, "reopen")) == (None, "not-concluded")


def test_a_concluded_ticket_may_be_rated_once() -> None:
    ticket = a_ticket(rating=4).opened_by(ana).concluded()
    assert refused_as(judged(ticket, ana, "rate")) == (None, "already-rated")


def test_a_guardian_acts_as_the_client() -> None:
    ticket = a_ticket().opened_by(ana).on_the_clients_turn()
    assert allowed(ticket, bia, is_guardian=True) == allowed(ticket, ana)


def test_sharing_gives_reading_and_discussion() -> None:
    ticket = a_ticket().opened_by(ana).on_the_clients_turn()
    assert allowed(ticket, bia, is_shared=True) == ["comment"]


def test_without_the_modules_permission_the_client_does_nothing() -> None:
    stranger = a_person("Ana")
    ticket = a_ticket().opened_by(stranger).on_the_clients_turn()
    assert allowed(ticket, stranger) == ["comment"]


# ---- attendants -----------------------------------------------------------------------------------------------------


def test_the_holder_alone_edits_writes_understandings_sets_the_priority_waits_schedules() -> None:
    ticket = a_ticket().opened_by(ana).held_by(bruno)
    alone = {"edit", "write_understanding", "change_priority", "wait", "schedule", "advance", "remove_file"}
    assert alone <= set(allowed(ticket, bruno))
    for action in alone:
        assert refused_as(judged(ticket, carla, action, has_held=True)) == (None, "not-your-turn"), action
        assert not judged(ticket, admin, action).allows, action


def test_who_sees_an_open_ticket_may_write_in_its_discussion_and_add_files() -> None:
    ticket = a_ticket().opened_by(ana).held_by(bruno)
    assert set(allowed(ticket, carla, has_held=True)) >= {"comment", "attach"}


def test_internal_notes_are_the_attendants() -> None:
    ticket = a_ticket().opened_by(ana).on_the_clients_turn()
    assert refused_as(judged(ticket, ana, "note")) == ("forbidden", None)
    assert judged(ticket, carla, "note", has_held=True).allows


def test_a_queues_ticket_must_be_taken_before_anyone_advances_it() -> None:
    ticket = a_ticket().opened_by(ana).held_by_queue("finance")
    of_finance = {"queues": frozenset({"finance"})}
    assert refused_as(judged(ticket, carla, "advance", **of_finance)) == (None, "take-first")
    assert judged(ticket, carla, "take", **of_finance).allows


def test_only_a_member_of_the_queue_takes() -> None:
    ticket = a_ticket().opened_by(ana).held_by_queue("finance")
    assert refused_as(judged(ticket, carla, "take", has_held=True)) == (None, "not-a-member")
    assert refused_as(judged(ticket, ana, "take")) == ("forbidden", "not-a-member")


def test_who_takes_too_late_is_told_who_has_it() -> None:
    ticket = a_ticket().opened_by(ana).held_by(bruno)
    judgement = judged(ticket, carla, "take", queues=frozenset({"finance"}), has_held=True)
    assert refused_as(judgement) == (None, "already-taken")
    assert "Carla" in str(judgement.conflict)


def test_the_holder_passes_the_ticket_on() -> None:
    assert judged(a_ticket().opened_by(ana).held_by(bruno), bruno, "transfer").allows


def test_transfer_any_may_pass_on_in_another_attendants_turn_never_in_the_clients() -> None:
    assert judged(a_ticket().opened_by(ana).held_by(bruno), admin, "transfer").allows
    assert judged(a_ticket().opened_by(ana).held_by_queue("finance"), admin, "transfer").allows
    on_clients = judged(a_ticket().opened_by(ana).on_the_clients_turn(), admin, "transfer")
    assert refused_as(on_clients) == (None, "not-your-turn")


def test_an_approvers_queue_is_neither_taken_nor_transferred() -> None:
    ticket = a_ticket().opened_by(ana).asking(carla)
    of_finance = {"queues": frozenset({"finance"})}
    assert refused_as(judged(ticket, carla, "take", **of_finance)) == (None, "not-takeable")
    assert refused_as(judged(ticket, admin, "transfer")) == (None, "not-transferable")


def test_no_understanding_is_written_in_an_approval_stage() -> None:
    ticket = a_ticket().opened_by(ana).asking(carla)
    assert not judged(ticket, carla, "write_understanding", queues=frozenset({"finance"})).allows


def test_only_who_is_asked_decides() -> None:
    ticket = a_ticket().opened_by(ana).asking(carla)
    of_finance = {"queues": frozenset({"finance"})}
    assert judged(ticket, carla, "decide", **of_finance).allows
    assert refused_as(judged(ticket, bruno, "decide", **of_finance)) == ("forbidden", "not-your-turn")
    assert refused_as(judged(ticket, ana, "decide")) == (None, "not-your-turn")


def test_a_delegate_who_is_asked_decides_without_being_a_member() -> None:
    assert judged(a_ticket().opened_by(ana).asking(bruno), bruno, "decide").allows


def test_they_advance_a_third_party_stage() -> None:
    ticket = a_ticket().opened_by(ana).held_by(bruno, side="third_party")
    assert judged(ticket, bruno, "advance").allows


def test_a_wait_is_first_resumed() -> None:
    ticket = a_ticket().opened_by(ana).held_by(bruno, side="third_party", stage_side="attendant")
    assert refused_as(judged(ticket, bruno, "advance")) == (None, "waiting")
    assert judged(ticket, bruno, "resume").allows


def test_what_does_not_wait_is_not_resumed() -> None:
    assert refused_as(judged(a_ticket().opened_by(ana).held_by(bruno), bruno, "resume")) == (
        None,
        "nothing-to-resume",
    )


def test_a_schedule_is_ended_early_by_who_scheduled_it() -> None:
    ticket = a_ticket().opened_by(ana).scheduled_by(bruno)
    assert judged(ticket, bruno, "resume").allows
    assert refused_as(judged(ticket, carla, "resume", has_held=True)) == (None, "not-your-turn")


# ---- administrators -------------------------------------------------------------------------------------------------


def test_cancel_needs_the_permission_and_the_turn_must_be_the_clients_whoever_cancels() -> None:
    on_clients = a_ticket().opened_by(ana).on_the_clients_turn()
    assert judged(on_clients, admin, "cancel").allows
    assert refused_as(judged(on_clients, ana, "cancel")) == ("forbidden", None)
    assert refused_as(judged(a_ticket().opened_by(ana).held_by(bruno), admin, "cancel")) == (None, "not-your-turn")


def test_a_house_may_grant_cancel_to_another_profile() -> None:
    granted = a_person("Ana", "portal.client_online", "ticket.cancel")
    assert judged(a_ticket().opened_by(granted).on_the_clients_turn(), granted, "cancel").allows


def test_delete_needs_the_permission_and_cancelled_tickets_only() -> None:
    assert judged(a_ticket().opened_by(ana).cancelled(), admin, "delete").allows
    assert refused_as(judged(a_ticket().opened_by(ana).cancelled(), ana, "delete")) == ("forbidden", None)
    assert refused_as(judged(a_ticket().opened_by(ana).concluded(), admin, "delete")) == (None, "not-cancelled")
    assert refused_as(judged(a_ticket().opened_by(ana).held_by(bruno), admin, "delete")) == (None, "not-cancelled")


# ---- one operation at a time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", sorted(RULES))
def test_while_an_operation_is_pending_messages_and_files_go_on_every_other_command_gets_409(action: str) -> None:
    goes_on = {"comment", "note", "attach"}
    ticket = a_ticket().opened_by(ana).held_by(bruno).pending()
    conflict = judged(ticket, bruno, action).conflict
    assert (conflict is None) == (action in goes_on)
    if conflict is not None and "open" in RULES[action].statuses:
        assert conflict.type == "operation-pending"


# ---- who sees -------------------------------------------------------------------------------------------------------


def test_an_attendant_sees_what_they_or_their_queues_hold_or_have_held() -> None:
    ticket = a_ticket().opened_by(ana).on_the_clients_turn()
    assert ticket.seen_by(bruno, has_held=True).attends
    assert not ticket.seen_by(bruno).attends
    assert a_ticket().opened_by(ana).held_by_queue("finance").seen_by(bruno, queues=frozenset({"finance"})).attends


def test_of_confidential_types_an_attendant_sees_what_they_hold_now() -> None:
    assert not a_ticket().opened_by(ana).on_the_clients_turn().confidential().seen_by(bruno, has_held=True).attends
    assert a_ticket().opened_by(ana).held_by(bruno).confidential().seen_by(bruno, has_held=True).attends


def test_for_who_holds_it_stand_their_substitute_and_their_superior() -> None:
    ticket = a_ticket().opened_by(ana).held_by(carla)
    assert ticket.seen_by(bruno, stands_in=True).attends
    assert ticket.seen_by(bruno, leads=True).attends
    assert ticket.confidential().seen_by(bruno, stands_in=True).attends
    assert not ticket.confidential().seen_by(bruno, leads=True).attends
    assert not ticket.seen_by(bia, stands_in=True, leads=True).attends, "only who attends"
    for relation in ("stands_in", "leads"):
        assert judged(ticket, bruno, "note", **{relation: True}).allows
        assert refused_as(judged(ticket, bruno, "advance", **{relation: True})) == (None, "not-your-turn")


def test_a_profiles_scope_shows_its_groups_and_types() -> None:
    reader = a_person("Rui", "ticket.read")
    ticket = a_ticket().opened_by(ana).held_by(bruno)
    assert ticket.seen_by(reader, is_in_scope=True).attends
    assert not ticket.seen_by(reader).attends


def test_read_all_sees_every_ticket_but_other_peoples_drafts() -> None:
    assert a_ticket().opened_by(ana).held_by(bruno).seen_by(admin).attends
    assert a_ticket().opened_by(ana).cancelled().seen_by(admin).attends
    assert not a_ticket().opened_by(ana).seen_by(admin).attends


def test_who_is_the_client_reads_as_the_client_whatever_their_profiles() -> None:
    ticket = a_ticket().opened_by(admin).on_the_clients_turn()
    assert ticket.seen_by(admin).side == "client"


def test_who_holds_their_own_ticket_for_the_attendants_reads_as_an_attendant() -> None:
    assert a_ticket().opened_by(bruno).held_by(bruno).seen_by(bruno).side == "attendant"


def test_who_lost_the_permission_attends_nothing_any_more() -> None:
    former = a_person("Bruno", "portal.client_online")
    ticket = a_ticket().opened_by(ana).held_by(former)
    assert not ticket.seen_by(former, has_held=True).attends
