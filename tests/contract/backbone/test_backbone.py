"""What the backbone promises, on both brokers: nothing lost, nothing twice, in order, nothing stuck."""

from __future__ import annotations

import random
import signal
from dataclasses import replace
from typing import Any

import pytest
from psycopg.types.json import Json
from sqlalchemy import text

from shared.contracts import envelope_to_wire
from shared.errors import Retryable
from shared.ids import new_id
from shared.outbox import sweep
from tests.contract.backbone import tiny
from tests.contract.backbone.conftest import Stage
from tests.support.waiting import wait_until


def test_what_is_committed_takes_effect_once_and_in_order(publishing: Stage) -> None:
    with publishing.worker():
        ids = publishing.open_things(20, events_each=4)
        publishing.expect_once_and_in_order(ids, 4)
    wait_until(lambda: unsent(publishing) == 0, "every row to be marked as sent")


def test_a_publisher_before_any_worker_ever_started_loses_nothing(publishing: Stage) -> None:
    ids = publishing.open_things(10, events_each=2)
    wait_until(lambda: unsent(publishing) == 0, "the broker to have everything")
    with publishing.worker():
        publishing.expect_once_and_in_order(ids, 2)


def test_every_message_three_times_takes_effect_once(stage: Stage) -> None:
    ids = stage.open_things(10, events_each=3)
    said = [e for id in ids for e in stage.envelopes(id)]
    with stage.worker():
        for _ in range(3):
            for envelope in said:
                stage.send([envelope])
        stage.expect_once_and_in_order(ids, 3)


def test_shuffled_messages_take_effect_in_order(stage: Stage) -> None:
    ids = stage.open_things(10, events_each=6)
    said = [e for id in ids for e in stage.envelopes(id)]
    random.Random(7).shuffle(said)
    with stage.worker():
        for envelope in said:
            stage.send([envelope])
        stage.expect_once_and_in_order(ids, 6)


def test_a_gap_is_asked_for_and_filled(stage: Stage) -> None:
    [id] = stage.open_things(1, events_each=5)
    said = stage.envelopes(id)
    with stage.worker():
        stage.send([said[0]])
        stage.send([said[4]])
        stage.expect_once_and_in_order([id], 5, seconds=40)


def test_the_relay_sends_what_a_dead_process_left(stage: Stage) -> None:
    ids = stage.open_things(10)
    with stage.worker():
        wait_until(lambda: swept(stage), "every row to be old enough, and swept")
        stage.expect_once_and_in_order(ids, 1)
    assert unsent(stage) == 0


def test_what_was_said_before_the_clock_went_back_is_sent(stage: Stage) -> None:
    ids = stage.open_things(3)
    with stage.units.database.connection() as connection:
        connection.execute("UPDATE outbox SET occurred_at = occurred_at + interval '1 hour'")
    with stage.worker():
        wait_until(lambda: swept(stage), "every row to be swept")
        stage.expect_once_and_in_order(ids, 1)


def test_what_was_put_off_before_the_clock_went_back_is_tried_again(stage: Stage) -> None:
    [id] = stage.open_things(1)
    [said] = stage.envelopes(id)
    with stage.heard.connection() as connection:
        put_off = "VALUES (%s, 'ticket', %s, 1, %s, 'due', 1, clock_timestamp() + interval '1 hour', %s, now())"
        columns = "id, word, aggregate_id, sequence, name, state, tries, next_try_at, envelope, received_at"
        row = (said.id, id, said.name, Json(envelope_to_wire(said)))
        connection.execute(f"INSERT INTO inbox ({columns}) {put_off}", row)
    with stage.worker():
        stage.expect_once_and_in_order([id], 1)


def test_what_waits_since_before_the_clock_went_back_is_asked_for(stage: Stage) -> None:
    """Its first event was sent so long ago that only the gap question finds it."""
    [id] = stage.open_things(1, events_each=2)
    _, later = stage.envelopes(id)
    with stage.units.database.connection() as connection:
        connection.execute("UPDATE outbox SET sent_at = clock_timestamp() - interval '1 day'")
    with stage.heard.connection() as connection:
        columns = "id, word, aggregate_id, sequence, name, state, envelope, received_at"
        waits = "VALUES (%s, 'ticket', %s, 2, %s, 'waiting', %s, clock_timestamp() + interval '1 hour')"
        row = (later.id, id, later.name, Json(envelope_to_wire(later)))
        connection.execute(f"INSERT INTO inbox ({columns}) {waits}", row)
        connection.execute("INSERT INTO applied (word, aggregate_id, applied) VALUES ('ticket', %s, 0)", (id,))
    with stage.worker():
        stage.expect_once_and_in_order([id], 2)


def test_what_the_broker_lost_is_found_by_asking_for_heads(stage: Stage) -> None:
    """Sent, marked, and gone: no later event of these aggregates ever comes."""
    ids = stage.open_things(5, events_each=2)
    with stage.units.database.connection() as connection:
        connection.execute("UPDATE outbox SET sent_at = clock_timestamp()")
    with stage.worker():
        stage.expect_once_and_in_order(ids, 2, seconds=60)


def test_an_event_that_raises_is_parked_and_holds_back_its_aggregate_only(stage: Stage) -> None:
    [bad] = stage.open_things(1)
    stage.units.run(lambda tx: tiny.rename(tx, bad, "raise"))
    stage.units.run(lambda tx: tiny.rename(tx, bad, "after"))
    others = stage.open_things(5, events_each=2)
    with stage.worker():
        stage.send([e for id in (bad, *others) for e in stage.envelopes(id)])
        stage.expect_once_and_in_order(others, 2)
        wait_until(lambda: state_of(stage, bad, 2) == "parked", "the event to be parked")
        row = stage.inbox(bad)[2]
        assert row.tries == 3
        assert "this event always raises" in row.error
        assert stage.effects([bad]) == [(bad, 1)]
        assert state_of(stage, bad, 3) == "waiting"
    assert parked_news(stage) == 1


def test_an_event_that_kills_its_worker_is_parked_and_innocents_go_on(stage: Stage) -> None:
    [bad] = stage.open_things(1)
    stage.units.run(lambda tx: tiny.rename(tx, bad, "die"))
    others = stage.open_things(5, events_each=2)
    stage.send([e for id in (bad, *others) for e in stage.envelopes(id)])
    deaths = 0
    for _ in range(12):
        with stage.worker() as worker:
            wait_until(
                lambda worker=worker: worker.poll() is not None or state_of(stage, bad, 2) == "parked",  # type: ignore[misc]
                "the worker to die, or the event to be parked",
                seconds=60,
            )
            if worker.poll() is None:
                stage.expect_once_and_in_order(others, 2)
                break
            assert worker.returncode == -signal.SIGKILL
            deaths += 1
    assert state_of(stage, bad, 2) == "parked"
    assert 1 <= deaths <= 4
    assert stage.effects([bad]) == [(bad, 1)]


AROUND_COMMIT = ("before_inbox_commit", "after_inbox_commit", "before_acknowledge", "after_acknowledge")


def test_a_message_that_cannot_be_decoded_is_kept_as_a_dead_letter(stage: Stage) -> None:
    [id] = stage.open_things(1)
    with stage.worker():
        stage.bus.publish("ticket", [{"name": "ticket.drafted", "nonsense": True}])
        stage.send(stage.envelopes(id))
        stage.expect_once_and_in_order([id], 1)
        wait_until(lambda: dead_letters(stage), "the dead letter")
    assert "nonsense" in dead_letters(stage)[0].body


def test_an_event_that_this_release_does_not_know_is_parked_and_taken_up_by_the_next(stage: Stage) -> None:
    [id] = stage.open_things(1, events_each=3)
    said = stage.envelopes(id)
    said[1] = replace(said[1], name=tiny.INVENTED)
    with stage.worker():
        stage.send(said)
        wait_until(lambda: state_of(stage, id, 2) == "parked", "the unknown event to be parked")
        wait_until(lambda: state_of(stage, id, 3) == "waiting", "the next one to wait")
    assert stage.effects([id]) == [(id, 1)]
    with stage.worker(**{tiny.NEXT_RELEASE: "yes"}):
        stage.expect_once_and_in_order([id], 3)


def test_another_event_with_a_known_number_is_a_fork_and_is_kept_apart(stage: Stage) -> None:
    [id] = stage.open_things(1)
    said = stage.envelopes(id)
    with stage.worker():
        stage.send(said)
        stage.expect_once_and_in_order([id], 1)
        stage.send([replace(said[0], id=new_id())])
        wait_until(lambda: dead_letters(stage), "the fork")
    assert dead_letters(stage)[0].reason == "forked"
    assert stage.effects([id]) == [(id, 1)]


@pytest.mark.parametrize("point", AROUND_COMMIT)
def test_a_worker_killed_around_its_commit_loses_and_doubles_nothing(stage: Stage, point: str) -> None:
    ids = stage.open_things(10, events_each=2)
    for id in ids:
        stage.send(stage.envelopes(id))
    with stage.worker(VEZ_CRASHPOINT=f"{point}:3") as worker:
        wait_until(lambda: worker.poll() is not None, f"death at {point}", seconds=30)
        assert worker.returncode == -signal.SIGKILL
    with stage.worker():
        stage.expect_once_and_in_order(ids, 2, seconds=60)


def test_the_command_does_not_need_the_broker(stage: Stage) -> None:
    stage.bus.broker_url = "pgmq://127.0.0.1:1/nothing" if stage.bus.embedded else stage.bus.broker_url
    ids = stage.open_things(3)
    assert [len(stage.envelopes(id)) for id in ids] == [1, 1, 1]
    if stage.bus.embedded:
        with pytest.raises(Retryable):
            stage.send(stage.envelopes(ids[0]))


def swept(stage: Stage) -> bool:
    sweep("ticket", stage.units.database, stage.bus)
    return unsent(stage) == 0


def unsent(stage: Stage) -> int:
    with stage.units.database.reader() as reader:
        return int(reader.scalar(text("SELECT count(*) FROM outbox WHERE sent_at IS NULL")))


def state_of(stage: Stage, ticket_id: str, sequence: int) -> str | None:
    row = stage.inbox(ticket_id).get(sequence)
    return row.state if row else None


def dead_letters(stage: Stage) -> list[Any]:
    with stage.heard.reader() as reader:
        return reader.all(text("SELECT reason, body FROM dead_letters"))


def parked_news(stage: Stage) -> int:
    with stage.heard.reader() as reader:
        return int(reader.scalar(text("SELECT count(*) FROM outbox WHERE name = 'inbox.parked'")))
