"""A submission starts the flow: the version that judged it, the first stage, and whom its rule names."""

from __future__ import annotations

from shared.contracts.ticket import TakeRequested
from shared.contracts.workflow import Finished, Refused, StageEntered
from tests.service.workflow.catalogs import HOUSE
from tests.service.workflow.house import House


def test_no_rule_gives_the_default_attendant(house: House) -> None:
    ticket = house.submitted()
    entered = house.world.last(ticket)
    assert isinstance(entered, StageEntered)
    assert (entered.stage.code, entered.side, entered.ordinal) == ("triage", "attendant", 1)
    assert (entered.holder_after.id, entered.fallback_reason) == (house.bruno, None)
    assert (entered.by, entered.transition, entered.holder_before) == (house.ana, None, None)
    assert entered.stage.client_names["en"] == "Received"


def test_no_default_attendant_falls_to_the_flows_fallback_queue_and_says_why(house: House) -> None:
    assert house.world.sets("client_online.default_attendant", None).status_code == 200
    entered = house.world.last(house.submitted())
    assert (entered.holder_after.id, entered.holder_after.queue) == ("finance", True)
    assert entered.fallback_reason == "no_default_attendant"


def test_a_default_attendant_who_cannot_act_falls_to_the_fallback_queue(house: House) -> None:
    house.world.changed(house.bruno, is_active=False)
    entered = house.world.last(house.submitted())
    assert (entered.holder_after.id, entered.fallback_reason) == ("finance", "default_attendant_cannot_act")


def test_with_the_flows_fallback_empty_the_settings_queue_holds_it(house: House) -> None:
    world = house.world
    world.sets("client_online.default_attendant", None)
    assert world.sets("client_online.fallback_queue", "queue:front_desk").status_code == 200
    for person in (house.carla, house.davi, house.eva):
        world.changed(person, profiles=[])
    entered = world.last(house.submitted())
    assert (entered.holder_after.id, entered.fallback_reason) == ("front_desk", "no_default_attendant")


def test_where_nobody_at_all_can_act_the_flows_queue_holds_it_and_it_is_told(house: House) -> None:
    for person in (house.bruno, house.carla, house.davi, house.eva):
        house.world.changed(person, is_active=False)
    entered = house.world.last(house.submitted())
    assert (entered.holder_after.id, entered.fallback_reason) == ("finance", "default_attendant_cannot_act")


def test_a_default_attendant_who_is_not_known_here_yet_is_asked_of_identity(house: House) -> None:
    zoe = house.world.attendant("Zoe", told=False)
    assert house.world.sets("client_online.default_attendant", "zoe@atende.test").json["person"]["id"] == zoe
    assert house.world.last(house.submitted()).holder_after.id == zoe


def test_the_version_that_judged_the_submission_is_started_though_a_newer_one_is_current(house: House) -> None:
    changed = HOUSE.replace("first: triage", "first: analysis")
    assert house.world.applies(changed).json["versions"]["dispute"] == 2
    assert house.world.last(house.submitted(version=1)).stage.code == "triage"
    assert house.world.last(house.submitted(version=2)).stage.code == "analysis"


def test_a_version_that_was_never_published_is_refused_and_leaves_a_row(house: House) -> None:
    event = house.world.submission(house.ana, "dispute", version=9)
    house.world.say(event)
    refused = house.world.last(event.ticket_id)
    assert isinstance(refused, Refused)
    assert (refused.type, refused.kind, refused.ordinal) == ("type-not-published", "submit", 0)
    assert refused.operation_id == event.operation_id
    assert house.world.rows("SELECT state, sequence FROM flows") == [("refused", 1)]


def test_a_refused_submission_may_be_submitted_again(house: House) -> None:
    first = house.world.submission(house.ana, "dispute", version=9)
    house.world.say(first)
    house.world.say(house.world.submission(house.ana, "dispute", ticket_id=first.ticket_id))
    assert isinstance(house.world.last(first.ticket_id), StageEntered)
    assert house.world.rows("SELECT state, ordinal, sequence FROM flows") == [("running", 1, 2)]


def test_a_retired_type_takes_no_new_tickets(house: House) -> None:
    kept = HOUSE.replace("code: timed\n", "code: other\n")
    assert house.world.applies(kept, query="?prune=true").status_code == 200
    ticket = house.submitted("timed")
    assert house.world.last(ticket).type == "type-retired"


def test_a_second_submission_of_a_running_flow_is_refused(house: House) -> None:
    ticket = house.submitted()
    house.world.say(house.world.submission(house.ana, "dispute", ticket_id=ticket))
    assert house.world.last(ticket).type == "already-running"
    assert house.world.rows("SELECT ordinal FROM flows") == [(1,)]


def test_an_event_that_comes_twice_is_answered_once(house: House) -> None:
    envelopes = house.world.say(house.world.submission(house.ana, "dispute"))
    house.world.deliver(*envelopes)
    assert len(house.world.said("flow", envelopes[0].aggregate_id)) == 1


def test_many_submissions_that_arrive_together_each_get_their_holder(house: House) -> None:
    events = [house.world.submission(house.ana, "dispute") for _ in range(60)]
    house.world.say(*events)
    assert all(house.world.last(e.ticket_id).holder_after.id == house.bruno for e in events)


def test_a_walk_from_submission_to_the_end(house: House) -> None:
    world, ticket = house.world, house.submitted()
    entered = world.advances(ticket, house.bruno, "analyse")
    assert (entered.stage.code, entered.holder_before.id, entered.holder_after.id) == (
        "analysis",
        house.bruno,
        "finance",
    )
    end = world.advances(ticket, house.bruno, "finish")
    assert end.type == "take-first"
    ended = _taken_and_finished(house, ticket)
    assert isinstance(ended, Finished)
    assert (ended.status, ended.transition, ended.stage.code) == ("concluded", "finish", "done")
    assert (ended.holder_before.id, ended.by) == (house.carla, house.carla)
    assert (ended.reopen_until - ended.since).days == 7
    assert [r[0] for r in world.rows("SELECT ordinal FROM turns ORDER BY ordinal")] == [1, 2, 3, 4]


def _taken_and_finished(house: House, ticket: str) -> object:
    from_queue = house.world.asks(TakeRequested, ticket, house.carla)
    assert (from_queue.cause, from_queue.holder_after.id) == ("take", house.carla)
    return house.world.advances(ticket, house.carla, "finish")
