"""The record of the flow: ledger, history, chain, replicas; and races."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from shared.contracts.workflow import DueChanged, Holder, QueueChanged, TypeChanged
from shared.ids import new_id
from tests.service.ticket.house import House
from tests.service.ticket.test_ending import audit_verdict, history_verdict_of
from tests.support import databases

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def insert_turn(url: str, ticket_id: str, ordinal: int, since: datetime) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO turns (ticket_id, ordinal, since, side, cause, by_id) "
            "VALUES (%s, %s, %s, 'client', 'entered', %s)",
            (ticket_id, ordinal, since, new_id()),
        )


def test_no_gap_and_no_overlap_can_be_stored(house: House) -> None:
    ticket_id = house.routed()
    url = house.world.options.database_url
    ((since,),) = house.world.rows("SELECT since FROM turns WHERE ticket_id = %(id)s", id=ticket_id)
    with pytest.raises(psycopg.errors.CheckViolation, match="does not follow"):
        insert_turn(url, ticket_id, 3, since)
    with pytest.raises(psycopg.errors.CheckViolation, match="begins before"):
        insert_turn(url, ticket_id, 2, since - timedelta(microseconds=1))
    insert_turn(url, ticket_id, 2, since)


def test_the_turn_on_the_tickets_row_is_the_ledgers_last(house: House) -> None:
    ticket_id = house.on_the_clients_turn()
    ((side, ordinal, since),) = house.world.rows(
        "SELECT turn_side, turn_ordinal, turn_since FROM tickets WHERE id = %(id)s", id=ticket_id
    )
    last = house.get(house.ana, ticket_id, "/turns")["items"][-1]
    assert (side, ordinal, since) == (last["side"], last["ordinal"], datetime.fromisoformat(last["since"]))


def test_each_turn_ends_where_the_next_begins(house: House) -> None:
    items = house.get(house.ana, house.cancelled(), "/turns")["items"]
    assert [i["side"] for i in items] == ["attendant", "client", "nobody"]
    assert [i["until"] for i in items] == [items[1]["since"], items[2]["since"], None]


def test_the_clock_tells_how_long_each_side_has_had_the_turn(house: House) -> None:
    ticket_id = house.routed()
    due = BEGIN + timedelta(days=365)
    standing = house.flow.tickets[ticket_id]
    version = house.get(house.ana, ticket_id)["version"]
    facts: dict[str, Any] = {"ticket_id": ticket_id, "ordinal": 1, "since": standing.since, "by": new_id()}
    house.world.say(DueChanged(**facts, due_at=due))
    clock = house.get(house.ana, ticket_id, "/clock")
    assert datetime.fromisoformat(clock["due_at"]) == due
    assert clock["seconds"]["attendant"] > 0
    ticket = house.get(house.ana, ticket_id)
    assert (datetime.fromisoformat(ticket["due_at"]), ticket["version"]) == (due, version)


def test_the_clock_explains_which_intervals_counted_and_why_not(house: House) -> None:
    ticket_id = house.routed()
    begin, paused = "2026-03-02T12:00:00+00:00", "2026-03-02T15:00:00+00:00"
    counted = {"since": begin, "until": paused, "side": "attendant", "why": "counted", "open_seconds": 10800.0}
    waiting = {"since": paused, "until": None, "side": "third_party", "why": "third_party", "open_seconds": 0.0}
    stage: dict[str, Any] = {"name": "stage", "calendar": "office", "due_at": None, "near_at": None}
    stage |= {"budget_seconds": 14400.0, "spent_seconds": 10800.0, "intervals": [counted, waiting]}
    house.world.clocks[ticket_id] = [stage]
    for who in (house.ana, house.bruno):
        shown = house.get(who, ticket_id, "/clock")["clocks"][0]
        times = [datetime.fromisoformat(each["since"]).isoformat() for each in shown["intervals"]]
        assert (shown["calendar"], shown["spent_seconds"], times) == ("office", 10800.0, [begin, paused])
        assert [each["why"] for each in shown["intervals"]] == ["counted", "third_party"]
    house.world.questions.clear()
    stranger = house.world.client("Zeca")
    assert house.world.call(stranger, "GET", f"/v1/tickets/{ticket_id}/clock").status_code == 404
    assert house.world.questions == [], "nothing is asked for who may not see it"


def test_a_flow_that_cannot_be_asked_is_said_and_the_rest_is_there(house: House) -> None:
    ticket_id = house.routed()
    shown = house.get(house.ana, ticket_id, "/clock")
    assert shown["clocks"] is None
    assert shown["seconds"]["attendant"] >= 0
    house.world.clocks[ticket_id] = [{"name": "of another make"}]
    assert house.get(house.ana, ticket_id, "/clock")["clocks"] is None


def test_no_clock_runs_of_what_has_ended_and_the_flow_is_not_asked(house: House) -> None:
    ticket_id = house.cancelled()
    house.world.questions.clear()
    assert house.get(house.ana, ticket_id, "/clock")["clocks"] == []
    assert house.world.questions == []


def test_history_is_chained_and_a_change_behind_the_applications_back_is_found(house: House) -> None:
    house.cancelled()
    assert history_verdict_of(house) is None
    assert audit_verdict(house) is None
    url = house.world.options.database_url
    databases.run(url, f"UPDATE stage_history SET by_id = '{new_id()}' WHERE position = 2")
    assert "row 2: its facts were changed" in str(history_verdict_of(house))


def test_take_transfer_schedule_and_wait_are_rows_of_the_turns_only(house: House) -> None:
    ticket_id = house.in_analysis()
    house.done(house.carla, ticket_id, "take")
    house.done(house.carla, ticket_id, "transfer", {"to": house.davi, "reason": "x"})
    assert len(house.get(house.davi, ticket_id, "/history")["items"]) == 2
    assert len(house.get(house.davi, ticket_id, "/turns")["items"]) == 4


def test_history_tells_who_held_before_and_after_and_for_how_long(house: House) -> None:
    ticket_id = house.in_analysis()
    house.done(house.carla, ticket_id, "take")
    house.understood(house.carla, ticket_id)
    house.done(house.carla, ticket_id, "advance", {"transition": "propose"})
    rows = house.get(house.carla, ticket_id, "/history")["items"]
    assert rows[1]["holder_after"] == {"id": "finance", "name": "Finance", "queue": True}
    assert rows[2]["holder_before"] == {"id": house.carla, "name": "Carla Dias", "queue": False}
    assert rows[2]["transition_name"] == "Propose"
    assert rows[1]["seconds"]["attendant"] > 0
    assert rows[1]["seconds"]["client"] == 0


def test_a_flow_that_speaks_of_an_unknown_ticket_is_parked_not_lost(house: House) -> None:
    event = DueChanged(ticket_id=new_id(), ordinal=1, since=BEGIN, by=new_id(), due_at=None)
    with pytest.raises(AssertionError, match="parked"):
        house.world.say(event)


def test_the_same_event_twice_is_recorded_once(house: House) -> None:
    ticket_id = house.submitted()
    event = house.flow.answer(ticket_id)
    (first,) = house.world.rows("SELECT id::text FROM inbox WHERE aggregate_id = %(id)s", id=ticket_id)
    house.world.numbers[("flow", ticket_id)] = 0
    house.world.deliver(replace(house.world.envelope(event), id=first[0]))
    assert len(house.get(house.ana, ticket_id, "/turns")["items"]) == 1


# ---- replicas -------------------------------------------------------------------------------------------------------


def test_what_workflow_says_later_of_a_type_wins_and_the_older_is_dropped(house: House) -> None:
    world = house.world
    event, _ = world.type_events(world.catalog["dispute"])
    newer = world.envelope(event)
    facts = {name: getattr(event, name) for name in ("code", "group", "group_names", "opened_by")}
    newest = world.envelope(TypeChanged(**facts, names={"pt-BR": "Novo", "en": "New"}))
    world.deliver(newest)
    world.deliver(newer)
    assert house.get(house.ana, house.draft())["type"]["name"] == "New"


def test_a_version_is_asked_for_once_and_kept(house: House) -> None:
    for _ in range(3):
        house.submitted()
    asked = [q for q in house.world.questions if "/versions/" in q]
    assert asked == ["http://workflow.test/v1/types/dispute/versions/1"]


def test_a_type_that_the_replica_lacks_is_asked_of_workflow(house: House) -> None:
    databases.run(house.world.options.database_url, "DELETE FROM types; DELETE FROM published")
    assert house.open(house.ana).status_code == 202
    assert "http://workflow.test/v1/types/dispute" in house.world.questions


def test_who_leaves_a_queue_sees_its_tickets_no_more(house: House) -> None:
    ticket_id = house.in_analysis()
    house.get(house.davi, ticket_id)
    house.world.say(QueueChanged(code="finance", names={"pt-BR": "Financeiro"}, members=[house.carla]))
    assert house.world.call(house.davi, "GET", f"/tickets/{ticket_id}").status_code == 404


def test_who_loses_the_permission_attends_no_more(house: House) -> None:
    ticket_id = house.routed()
    house.world.changed(house.bruno, profiles=["client"])
    assert house.world.call(house.bruno, "GET", f"/tickets/{ticket_id}").status_code == 404


def test_a_person_disabled_is_refused_from_the_moment_the_event_is_applied(house: House) -> None:
    house.world.changed(house.ana, is_active=False)
    assert house.world.call(house.ana, "GET", "/tickets").status_code == 401


# ---- races ----------------------------------------------------------------------------------------------------------


def at_once(count: int, act: Any) -> list[int]:
    """The statuses that `count` threads get who act at the same moment."""
    return sorted(answer.status_code for answer in answers_at_once(count, act))


def answers_at_once(count: int, act: Any) -> list[Any]:
    """What `count` threads are answered who act at the same moment; one that was told to come again does."""
    barrier, answers = threading.Barrier(count), []

    def run(n: int) -> None:
        barrier.wait()
        while (answer := act(n)).status_code == 503:
            assert "Retry-After" in answer.headers
        answers.append(answer)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.heavy)])
def test_a_hundred_writers_on_one_version_have_one_winner_a_round_and_no_update_is_lost(
    house: House, rounds: int
) -> None:
    ticket_id, writers = house.draft(), 100
    for round in range(rounds):
        version = house.get(house.ana, ticket_id)["version"]
        tag = f'"{version}"'
        answers = answers_at_once(
            writers, lambda n, r=round, t=tag: house.patch(house.ana, ticket_id, {"subject": f"{r}.{n}"}, If_Match=t)
        )
        winners = [a.json for a in answers if a.status_code == 200]
        assert [a.status_code for a in answers if a.status_code != 200] == [412] * (writers - 1)
        after = house.get(house.ana, ticket_id)
        assert (len(winners), after["version"]) == (1, version + 1)
        assert after["subject"] == winners[0]["subject"]
    assert audit_verdict(house) is None


@pytest.mark.parametrize("writers", [30, pytest.param(100, marks=pytest.mark.heavy)])
def test_every_one_of_many_writers_who_try_again_gets_through_and_nothing_is_lost(house: House, writers: int) -> None:
    ticket_id = house.draft()
    before = house.get(house.ana, ticket_id)["version"]

    def write(n: int) -> Any:
        while True:
            tag = house.world.call(house.ana, "GET", f"/tickets/{ticket_id}").headers.get("ETag", "*")
            answer = house.patch(house.ana, ticket_id, {"subject": f"Writer {n}"}, If_Match=tag)
            if answer.status_code not in (409, 412):
                return answer

    assert at_once(writers, write) == [200] * writers
    assert house.get(house.ana, ticket_id)["version"] == before + writers
    rows = house.world.rows("SELECT d.detail->>'subject' FROM audit_log l JOIN audit_details d USING (id)")
    assert {subject for (subject,) in rows if subject} == {f"Writer {n}" for n in range(writers)}
    assert audit_verdict(house) is None


def test_two_who_take_at_once_one_gets_it_the_other_is_told_who(house: House) -> None:
    ticket_id = house.in_analysis()
    people = [house.carla, house.davi]
    answers = answers_at_once(2, lambda n: house.post(people[n], ticket_id, "take"))
    assert sorted(a.status_code for a in answers) == [202, 409]
    (asked,) = [e for e in house.world.said(ticket_id) if e.name == "ticket.take_requested"]
    (loser,) = [a.json for a in answers if a.status_code == 409]
    taker = {house.carla: "Carla Dias", house.davi: "Davi Rocha"}[asked.by]
    assert loser["type"] == "urn:vez:problem:already-taken"
    assert loser["detail"] == f"{taker} is taking this ticket right now"


def test_messages_of_many_at_once_are_all_kept(house: House) -> None:
    ticket_id = house.routed()
    assert at_once(10, lambda n: house.post(house.ana, ticket_id, "messages", {"body": str(n)})) == [201] * 10
    assert len(house.get(house.ana, ticket_id, "/messages")["items"]) == 10
    assert audit_verdict(house) is None


def test_a_queues_holder_is_told_by_the_queues_name(house: House) -> None:
    house.flow.assign["triage"] = Holder(id="finance", queue=True)
    ticket_id = house.routed()
    answer = house.post(house.ana, ticket_id, "advance", {"transition": "analyse"})
    assert answer.json["detail"] == "Queue Finance holds this ticket now"
