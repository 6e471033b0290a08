"""What attendants do: advance, transfer, take, schedule, wait, resume, priority."""

from __future__ import annotations

from datetime import timedelta

from shared import clock
from shared.contracts import ticket as asked
from shared.contracts.workflow import Holder
from tests.service.ticket.house import House


def test_a_refused_advance_says_everything_that_blocks_and_changes_nothing(house: House) -> None:
    ticket_id = house.in_analysis(Holder(id=house.carla))
    before = house.get(house.carla, ticket_id)
    blocked = {t["code"]: {b["field"] for b in t["blocked"]} for t in before["transitions"]}
    assert blocked["propose"] == {"cause", "refund", None}
    answer = house.post(house.carla, ticket_id, "advance", {"transition": "propose"})
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"cause", "refund", "understanding"}
    assert house.get(house.carla, ticket_id) == before


def test_leaving_a_stage_judges_the_required_cells_of_the_side_that_leaves_it(house: House) -> None:
    ticket_id = house.in_analysis(Holder(id=house.carla))
    house.understood(house.carla, ticket_id)
    after = house.done(house.carla, ticket_id, "advance", {"transition": "propose"})
    assert after["stage"]["code"] == "agreement"


def test_an_understanding_must_have_been_written_since_the_stage_was_last_entered(house: House) -> None:
    ticket_id = house.in_agreement()
    house.flow.assign["analysis"] = Holder(id=house.carla)
    house.done(house.ana, ticket_id, "decision", {"outcome": "rejected", "reason": "Not enough"})
    answer = house.post(house.carla, ticket_id, "advance", {"transition": "propose"})
    assert set(answer.json["errors"]) == {"understanding"}


def test_a_condition_that_does_not_hold_blocks_its_transition(house: House) -> None:
    ticket_id = house.routed()
    answer = house.post(house.bruno, ticket_id, "advance", {"transition": "big"})
    assert set(answer.json["errors"]) == {"transition"}
    assert house.patch(house.bruno, ticket_id, {"parameters": {"refund": "100.01"}}).status_code == 200
    assert house.post(house.bruno, ticket_id, "advance", {"transition": "big"}).status_code == 202


def test_a_comment_that_the_transition_requires(house: House) -> None:
    ticket_id = house.routed()
    answer = house.post(house.bruno, ticket_id, "advance", {"transition": "ask", "comment": " "})
    assert set(answer.json["errors"]) == {"comment"}


def test_an_unknown_transition(house: House) -> None:
    answer = house.post(house.bruno, house.routed(), "advance", {"transition": "fly"})
    assert set(answer.json["errors"]) == {"transition"}


def test_advance_requested_carries_the_ordinal_that_was_seen_and_what_conditions_need(house: House) -> None:
    ticket_id = house.routed()
    house.post(house.bruno, ticket_id, "advance", {"transition": "analyse", "comment": "Go"})
    event = house.world.said(ticket_id)[-1]
    assert isinstance(event, asked.AdvanceRequested)
    assert (event.transition, event.ordinal, event.by) == ("analyse", 1, house.bruno)
    assert event.values["parameters"]["amount"] == "99.90"
    assert not hasattr(event, "comment")


def test_while_an_operation_is_pending_every_other_command_gets_409_messages_go_on(house: House) -> None:
    ticket_id = house.routed()
    house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"})
    for action, body in (("advance", {"transition": "analyse"}), ("transfer", {"to": house.carla, "reason": "x"})):
        answer = house.post(house.bruno, ticket_id, action, body)
        assert (answer.status_code, answer.json["type"]) == (409, "urn:vez:problem:operation-pending")
    assert house.patch(house.bruno, ticket_id, {"priority": "low"}).status_code == 409
    assert house.post(house.ana, ticket_id, "messages", {"body": "Hello?"}).status_code == 201


def test_the_holder_transfers_to_a_person_by_id_or_e_mail_or_to_a_queue(house: House) -> None:
    ticket_id = house.routed()
    body = {"to": "carla@atende.test", "reason": "You know this"}
    assert house.done(house.bruno, ticket_id, "transfer", body)["turn"]["holder"]["name"] == "Carla Dias"
    body = {"to": house.davi, "reason": "You do"}
    assert house.done(house.carla, ticket_id, "transfer", body)["turn"]["holder"]["id"] == house.davi
    body = {"to": "queue:finance", "reason": "Whoever"}
    after = house.done(house.davi, ticket_id, "transfer", body)
    assert after["turn"]["holder"] == {"id": "finance", "name": "Finance", "queue": True}
    rows = house.get(house.davi, ticket_id, "/turns")["items"]
    assert [row["cause"] for row in rows] == ["entered", "transfer", "transfer", "transfer"]
    assert rows[1]["reason"] == "You know this"
    assert house.get(house.ana, ticket_id, "/turns")["items"][1]["reason"] is None


def test_a_transfer_needs_a_reason_and_somebody_who_can_attend(house: House) -> None:
    ticket_id = house.routed()
    assert set(house.post(house.bruno, ticket_id, "transfer", {"to": house.carla}).json["errors"]) == {"reason"}
    for to in (house.ana, house.bruno, "nobody@atende.test", "queue:none", "not a person"):
        answer = house.post(house.bruno, ticket_id, "transfer", {"to": to, "reason": "x"})
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"to"}), to


def test_transfer_any_is_said_so(house: House) -> None:
    ticket_id = house.routed()
    house.done(house.admin, ticket_id, "transfer", {"to": house.carla, "reason": "Balance"})
    assert house.world.said(ticket_id)[-1].any_turn
    house.post(house.carla, ticket_id, "transfer", {"to": house.davi, "reason": "x"})
    assert not house.world.said(ticket_id)[-1].any_turn


def test_a_member_takes_what_their_queue_holds(house: House) -> None:
    ticket_id = house.in_analysis()
    assert house.listed(house.carla, "filter=my_queues") == [ticket_id]
    assert house.post(house.carla, ticket_id, "advance", {"transition": "propose"}).json["type"].endswith("take-first")
    assert house.done(house.carla, ticket_id, "take")["turn"]["holder"]["id"] == house.carla
    assert house.listed(house.carla, "filter=my_turn") == [ticket_id]
    assert house.listed(house.davi, "filter=my_queues") == []
    answer = house.post(house.davi, ticket_id, "take")
    assert (answer.status_code, answer.json["type"]) == (409, "urn:vez:problem:already-taken")
    assert "Carla Dias" in answer.json["detail"]


def test_schedule_and_resume(house: House) -> None:
    ticket_id = house.routed()
    past = (clock.now() - timedelta(hours=1)).isoformat()
    assert set(house.post(house.bruno, ticket_id, "schedule", {"until": past}).json["errors"]) == {"until"}
    until = (clock.now() + timedelta(days=1)).isoformat()
    after = house.done(house.bruno, ticket_id, "schedule", {"until": until, "reason": "Tomorrow"})
    assert (after["turn"]["side"], after["turn"]["holder"]) == ("nobody", None)
    assert after["turn"]["until"] is not None
    assert house.listed(house.ana, "filter=awaiting") == [ticket_id]
    assert house.done(house.bruno, ticket_id, "resume")["turn"]["holder"]["id"] == house.bruno


def test_wait_for_a_third_party_and_resume(house: House) -> None:
    ticket_id = house.routed()
    after = house.done(house.bruno, ticket_id, "wait", {"party": "The bank", "reason": "They know"})
    assert (after["turn"]["side"], after["turn"]["party"]) == ("third_party", "The bank")
    assert after["turn"]["holder"]["id"] == house.bruno
    assert house.listed(house.bruno, "filter=awaiting_third_party") == [ticket_id]
    assert house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"}).json["type"].endswith("waiting")
    house.done(house.bruno, ticket_id, "resume")
    assert house.get(house.ana, ticket_id, "/turns")["items"][1]["party"] == "The bank"
    assert house.listed(house.bruno, "filter=my_turn") == [ticket_id]


def test_a_third_party_stage_is_advanced_by_the_attendant_who_acts_for_it(house: House) -> None:
    ticket_id = house.routed()
    after = house.done(house.bruno, ticket_id, "advance", {"transition": "repair"})
    assert (after["turn"]["side"], after["turn"]["party"]) == ("third_party", "The workshop")
    assert house.patch(house.bruno, ticket_id, {"parameters": {"cause": "A screw"}}).status_code == 200
    assert house.done(house.bruno, ticket_id, "advance", {"transition": "back"})["stage"]["code"] == "triage"


def test_the_holder_sets_the_priority(house: House) -> None:
    ticket_id = house.routed()
    assert house.patch(house.bruno, ticket_id, {"priority": "urgent"}).json["priority"] == "urgent"
    assert house.patch(house.ana, ticket_id, {"priority": "low"}).status_code == 403
    said = house.world.said(ticket_id)[-1]
    assert isinstance(said, asked.PriorityChanged)
    assert (said.priority, said.by) == ("urgent", house.bruno)


def test_a_late_refusal_clears_pending_and_leaves_its_reason_with_the_operation(house: House) -> None:
    ticket_id = house.routed()
    pending = house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"}).json["pending"]
    house.flow.refuse(ticket_id, "cannot-attend", "%(person)s cannot attend tickets now")
    ticket = house.get(house.bruno, ticket_id)
    assert (ticket["pending"], ticket["stage"]["code"], ticket["turn"]["ordinal"]) == (None, "triage", 1)
    assert house.get(house.bruno, ticket_id, f"/operations/{pending['id']}")["state"] == "refused"
    assert house.post(house.bruno, ticket_id, "advance", {"transition": "analyse"}).status_code == 202
