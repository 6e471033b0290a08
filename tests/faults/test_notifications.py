"""RabbitMQ and PostgreSQL die while people are told: ledger, mailbox and receiver agree exactly."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest

from shared.ids import new_id
from tests.faults.senders import DISPUTE, PATIENCE_SECONDS
from tests.service.notify.receiver import Receiver
from tests.support.stack import Stack
from tests.support.waiting import wait_until
from vez.chaos.faults import broker, database
from vez.chaos.faults.fault import Fault
from vez.chaos.system import System

NewSystem = Callable[[str], System]
HANDS: Final = 4
PER_TICKET: Final = 1
"""Letters of one submission: to who holds it. Who sent it is told nothing of their own act."""
LEFT: Final = "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'failed')"
TOLD: Final = """
    SELECT d.id::text FROM deliveries d JOIN notices n ON n.id = d.event_id
    WHERE d.channel = %s AND d.state = 'sent' AND n.event = 'flow.stage_entered'"""
ODD: Final = """
    SELECT d.channel, d.state, d.reason FROM deliveries d JOIN notices n ON n.id = d.event_id
    WHERE n.event = 'flow.stage_entered' AND d.state <> 'sent'"""


@pytest.mark.parametrize("tickets", [100, pytest.param(1000, marks=pytest.mark.heavy)])
def test_nothing_is_lost_and_nothing_comes_twice_while_broker_and_database_die(
    new_system: NewSystem, monkeypatch: pytest.MonkeyPatch, tickets: int
) -> None:
    monkeypatch.setenv("VEZ_NOTIFY_WEBHOOK_ALLOW", "127.0.0.0/8")
    system = new_system("rabbitmq")
    vez = Stack(system.url, Path(system.place))
    with closing(vez.client), Receiver().running() as receiver:
        hook = {"url": receiver.url, "events": ["flow.stage_entered"]}
        assert vez.post("admin", "/api/notify/v1/webhooks", hook).status_code == 201
        with ThreadPoolExecutor(HANDS) as hands:
            sent = [hands.submit(submit, vez) for _ in range(tickets)]
            strike(system, [database.Killed(), broker.Killed(), database.Killed()], lambda: _share(sent))
            for each in sent:
                each.result()
        url = system.databases()["notify"]
        wait_until(lambda: _is_told(url, tickets), "everybody to be told", seconds=300, every=0.5)
        assert _rows(url, ODD) == []
        letters = {id for (id,) in _rows(url, TOLD, "mail")}
        agree(letters, [id for id in system.mail.taken if id in letters], tickets * PER_TICKET)
        called = {id for (id,) in _rows(url, TOLD, "webhook")}
        agree(called, [headers["webhook-id"] for headers, _ in receiver.got], tickets)


def submit(vez: Stack) -> None:
    """Ana sends a request, again with the same key until it is answered."""
    key, until = new_id(), time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            answer = vez.post("ana", "/api/ticket/v1/tickets", DISPUTE, key=key)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code < 500:
            assert answer.status_code in (200, 202), answer.text
            return
        assert time.monotonic() < until, "nobody answers any more"
        time.sleep(0.2)


def strike(system: System, faults: Sequence[Fault], share: Callable[[], float]) -> None:
    """One fault after the other, each when so much more of the work is done."""
    chance = random.Random(20261130)
    for number, fault in enumerate(faults, 1):
        wait_until(lambda number=number: share() >= number / (len(faults) + 1), "work to be done", seconds=120)
        fault.start(system, chance)
        time.sleep(fault.seconds)
        fault.stop(system)


def agree(told: set[str], arrived: Sequence[str], count: int) -> None:
    """What the ledger says was sent is what arrived, each once."""
    assert len(told) == count
    twice = {id: times for id, times in Counter(arrived).items() if times > 1}
    assert (set(arrived) ^ told, twice) == (set(), {})


def _share(sent: Sequence[Any]) -> float:
    return sum(each.done() for each in sent) / len(sent)


def _is_told(url: str, tickets: int) -> bool:
    try:
        return len(_rows(url, TOLD, "webhook")) >= tickets and _rows(url, LEFT) == [(0,)]
    except psycopg.OperationalError:
        return False


def _rows(url: str, statement: str, *values: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
        return connection.execute(statement, values).fetchall()
