"""The live stream, in a process of its own: who hears what, resuming, and rights."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

import httpx
import pytest
from flask import Flask

from shared import clock
from shared.contracts import workflow as w
from shared.contracts.identity import ProfileChanged
from shared.contracts.ticket import Commented, ParametersChanged
from shared.ids import new_id
from tests.service.notify.callers import caller
from tests.service.notify.conftest import Building
from tests.service.notify.world import TRIAGE, World
from tests.support.processes import free_port, running
from tests.support.waiting import wait_until

MODULE = "tests.service.notify.streaming"
AT_ONCE_SECONDS = 5.0
"""A second where the machine has nothing else to do."""


@dataclass
class Screen:
    """An open stream, and what it heard: (kind, name, ticket)."""

    heard: list[tuple[str, Any, Any]] = field(default_factory=list)
    last_id: str = ""

    def names(self) -> list[tuple[str, Any]]:
        """What was heard beside `ready`."""
        return [(kind, name) for kind, name, _ in self.heard if kind != "ready"]

    @contextmanager
    def open(self, url: str, path: str, headers: dict[str, str]) -> Iterator[Screen]:
        """The stream is open, and read by a thread, for the length of a block."""
        connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
        connection.request("GET", path, headers=headers)
        answer, line = connection.getresponse(), connection.sock
        assert answer.status == 200
        reader = threading.Thread(target=self._read, args=(answer,))
        reader.start()
        try:
            wait_until(lambda: self.heard, "the stream to be ready")
            yield self
        finally:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            reader.join()
            answer.close()
            connection.close()

    def _read(self, answer: HTTPResponse) -> None:
        kind = ""
        with suppress(HTTPException, OSError):
            while line := answer.readline():
                name, _, value = line.decode().strip().partition(": ")
                if name == "id":
                    self.last_id = value
                elif name == "event":
                    kind = value
                elif name == "data":
                    content = json.loads(value)
                    self.heard.append((kind, content.get("name"), content.get("ticket_id")))


@dataclass
class Live:
    """The stream's process, the HTTP application, and an opener of screens."""

    world: World
    app: Flask
    url: str
    unseen: set[str] = field(default_factory=set)

    def ticket(self, person_id: str, *tickets: str) -> dict[str, Any]:
        """The right to listen."""
        answer = caller(self.app, person_id)("POST", "/stream-tickets", {"tickets": list(tickets)})
        assert answer.status_code == 201, answer.get_json()
        return dict(answer.get_json())

    @contextmanager
    def screen(self, person_id: str, *tickets: str, last_id: str = "") -> Iterator[Screen]:
        """An open screen for the length of a block."""
        given = self.ticket(person_id, *tickets)
        headers = {"Last-Event-ID": last_id} if last_id else {}
        with Screen().open(self.url, given["stream"], headers) as screen:
            yield screen


@pytest.fixture(scope="module")
def stream_url(service_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("stream") / "log"
    with running(MODULE, [str(port)], log, VEZ_NOTIFY_DATABASE_URL=service_database("notify")):
        wait_until(lambda: _is_ready(url), f"the stream to start: {log}", seconds=60)
        yield url


@pytest.fixture
def live(building: Building, world: World, stream_url: str) -> Live:
    unseen = set[str]()

    def ticket_service(request: httpx.Request) -> httpx.Response:
        pairs = json.loads(request.content)["pairs"]
        return httpx.Response(200, json={"items": [{**p, "visible": p["ticket_id"] not in unseen} for p in pairs]})

    building.ticket_service = ticket_service
    return Live(world, building.app, stream_url, unseen)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_a_screen_hears_of_its_ticket_and_of_what_its_reader_is_told_at_once(
    live: Live, world: World, ana: str, bruno: str
) -> None:
    mine, other = world.submitted(ana), world.submitted(ana)
    with live.screen(bruno) as brunos, live.screen(ana, mine) as anas:
        world.enters(mine, TRIAGE, w.Holder(id=bruno), by=ana)
        wait_until(lambda: len(anas.names()) + len(brunos.names()) == 2, "both to hear", seconds=AT_ONCE_SECONDS)
        world.say(ParametersChanged(ticket_id=other))
        world.say(ParametersChanged(ticket_id=mine))
        wait_until(lambda: len(anas.names()) == 2, "Ana to hear of the change")
    assert brunos.names() == [("notification", "flow.stage_entered")]
    assert anas.names() == [("changed", "flow.stage_entered"), ("changed", "ticket.parameters_changed")]
    assert {ticket for _, name, ticket in anas.heard if name} == {mine}


def test_nobody_listens_to_tickets_that_they_may_not_see(live: Live, world: World, ana: str, bruno: str) -> None:
    mine, hidden = world.submitted(ana), world.submitted(bruno)
    live.unseen.add(hidden)
    assert live.ticket(ana, mine, hidden)["tickets"] == [mine]
    with live.screen(ana, mine, hidden) as screen:
        world.say(ParametersChanged(ticket_id=hidden))
        world.say(ParametersChanged(ticket_id=mine))
        wait_until(screen.names, "Ana to hear")
    assert {ticket for _, name, ticket in screen.heard if name} == {mine}


def test_a_client_does_not_hear_of_internal_notes(live: Live, world: World, ana: str) -> None:
    carla = attendant(world)
    ticket = world.submitted(ana)
    note = Commented(ticket_id=ticket, message_id=new_id(), author_id=carla, visibility="internal")
    with live.screen(ana, ticket) as anas, live.screen(carla, ticket) as carlas:
        world.say(note)
        world.say(ParametersChanged(ticket_id=ticket))
        wait_until(lambda: anas.names() and len(carlas.names()) == 2, "both to hear")
    assert anas.names() == [("changed", "ticket.parameters_changed")]
    assert carlas.names()[0] == ("changed", "ticket.commented")


def attendant(world: World) -> str:
    """An attendant; their id."""
    world.say(ProfileChanged(code="attendant", permissions=["ticket.attend"]))
    return world.person("Carla Dias", profiles=["attendant"])


def test_a_right_to_listen_is_used_once_and_soon(live: Live, ana: str, world: World) -> None:
    address = live.url + live.ticket(ana)["stream"]
    with httpx.stream("GET", address) as first:
        assert first.status_code == 200
        again = httpx.get(address)
    assert (again.status_code, again.headers["content-type"]) == (401, "application/problem+json")
    late = live.url + live.ticket(ana)["stream"]
    world.rows("UPDATE stream_tickets SET expires_at = now() - interval '1 s' RETURNING 1")
    assert httpx.get(late).status_code == 401
    assert httpx.get(f"{live.url}/v1/stream").status_code == 401


def test_a_screen_that_comes_back_is_told_what_it_missed(live: Live, world: World, ana: str) -> None:
    ticket = world.submitted(ana)
    with live.screen(ana, ticket) as first:
        world.say(ParametersChanged(ticket_id=ticket))
        wait_until(first.names, "Ana to hear")
    for _ in range(3):
        world.say(ParametersChanged(ticket_id=ticket))
    with live.screen(ana, ticket, last_id=first.last_id) as second:
        wait_until(lambda: len(second.names()) >= 4, "Ana to hear what she missed")
    assert set(second.names()) == {("changed", "ticket.parameters_changed")}


def test_what_happened_while_a_page_was_drawn_is_told_to_it(live: Live, world: World, ana: str) -> None:
    ticket = world.submitted(ana)
    world.say(ParametersChanged(ticket_id=ticket))
    with live.screen(ana, ticket) as screen:
        wait_until(screen.names, "Ana to hear of it")


@pytest.mark.parametrize("last_id", ["01000000-0000-7000-8000-000000000000", "nonsense"])
def test_who_was_away_too_long_is_told_to_load_anew(live: Live, world: World, ana: str, last_id: str) -> None:
    with live.screen(ana, last_id=last_id) as screen:
        wait_until(screen.names, "Ana to be told")
    assert screen.names() == [("reset", None)]


def test_a_late_commit_with_a_lower_id_is_still_told(live: Live, world: World, ana: str) -> None:
    ticket, early = world.submitted(ana), new_id()
    with live.screen(ana, ticket) as screen:
        world.say(ParametersChanged(ticket_id=ticket))
        wait_until(screen.names, "Ana to hear")
        clock.sleep(1.5)
        world.rows(
            "INSERT INTO stream_events (id, name, ticket_id, recipients, is_internal) "
            "VALUES (%(id)s, 'late.commit', %(ticket)s, '[]', false) RETURNING 1",
            id=early,
            ticket=ticket,
        )
        wait_until(lambda: len(screen.names()) == 2, "the late one to be told", seconds=5)


@pytest.mark.parametrize("count", [100, pytest.param(500, marks=pytest.mark.heavy)])
def test_many_streams_in_one_process_hear_at_once(live: Live, world: World, ana: str, bruno: str, count: int) -> None:
    ticket = world.submitted(ana)
    told = ("notification", "flow.stage_entered")
    with ExitStack() as stack:
        screens = [stack.enter_context(live.screen(ana, ticket)) for _ in range(count)]
        world.enters(ticket, TRIAGE, w.Holder(id=bruno))
        wait_until(lambda: all(told in s.names() for s in screens), "all to be told", seconds=AT_ONCE_SECONDS)


def test_presence_is_said_for_a_while_and_shown_to_the_attendants_side(live: Live, world: World, ana: str) -> None:
    carla = attendant(world)
    ticket = world.submitted(ana)
    as_ana, as_carla = caller(live.app, ana), caller(live.app, carla)
    with live.screen(carla, ticket) as screen:
        assert as_ana("POST", "/presence", {"ticket_id": ticket}).get_json()["people"] == []
        seen = as_carla("POST", "/presence", {"ticket_id": ticket}).get_json()
        assert seen["people"] == [{"id": ana, "name": "Ana Souza"}]
        assert as_ana("POST", "/presence", {"ticket_id": ticket}).get_json()["people"] == []
        wait_until(lambda: ("presence", "presence.changed") in screen.names(), "Carla to hear of Ana")
    world.rows("UPDATE presences SET until = now() - interval '1 s' RETURNING 1")
    assert as_carla("POST", "/presence", {"ticket_id": ticket}).get_json()["people"] == []
    live.unseen.add(ticket)
    assert as_carla("POST", "/presence", {"ticket_id": ticket}).status_code == 404
