"""Killed while rooms are told: nothing is lost, and at most what was in flight is told twice."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from services.notify import commands
from services.notify.options import Options
from shared.contracts import workflow as w
from shared.ids import Actor, PersonId
from tests.service.notify.receiver import Receiver
from tests.service.notify.test_killed import sender
from tests.service.notify.world import TRIAGE, World
from tests.support.waiting import wait_until

KILLS = 2
EVENTS = 60


@pytest.fixture
def options(options: Options) -> Options:
    return replace(options, webhook_allow="127.0.0.0/8")


def test_every_room_is_told_of_every_request_and_hardly_of_one_twice(
    options: Options, world: World, tmp_path: Path
) -> None:
    ana, bruno = world.person("Ana Souza"), world.person("Bruno Alves")
    world.queue("finance", bruno)
    maker, log = Actor(id=PersonId(ana), name="Ana"), tmp_path / "log"
    with Receiver(answer=lambda count: 200, delay_seconds=0.01).running() as receiver:
        url = f"json://127.0.0.1:{receiver.port}/room"
        given = {"name": "Ops", "url": url, "address": url, "kinds": ["queue_turn"], "queue": None, "language": "en"}
        world.runtime.run(lambda tx: commands.make_chat_room(tx, maker, given), actor=maker)
        tickets = [world.submitted(ana) for _ in range(EVENTS)]
        holder = w.Holder(id="finance", queue=True)
        world.say(*[world.entering(ticket, TRIAGE, holder, by=ana) for ticket in tickets])
        for part in range(1, KILLS + 1):
            with sender(options, log):
                wait_until(lambda part=part: len(receiver.got) > part * 20, f"the room to be told: {log}", seconds=90)
            world.rows("UPDATE deliveries SET leased_until = NULL WHERE state <> 'sent' RETURNING 1")
        with sender(options, log):
            wait_until(lambda: _left(world) == 0, "everything to leave", seconds=90)
        told = Counter(re.findall(r"2026-\d{6}", json.loads(content)["title"])[0] for _, content in receiver.got)
    assert len(told) == EVENTS
    assert sum(told.values()) - EVENTS <= KILLS
    rows = world.rows(
        "SELECT state, count(*), count(DISTINCT event_id) FROM deliveries WHERE channel = 'chat' GROUP BY 1"
    )
    assert rows == [("sent", EVENTS, EVENTS)]


def _left(world: World) -> int:
    [(count,)] = world.rows("SELECT count(*) FROM deliveries WHERE channel = 'chat' AND state <> 'sent'")
    return int(count)
