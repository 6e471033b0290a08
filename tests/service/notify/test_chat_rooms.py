"""Chat rooms: told through the real library, tried until it works, and never more than anybody may read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from email.utils import format_datetime

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services.notify import timers
from services.notify.gateways.chat import chat
from services.notify.options import Options
from shared import clock
from shared.contracts import workflow as w
from shared.contracts.identity import ProfileChanged
from shared.contracts.ticket import Commented, Deleted
from shared.ids import new_id
from tests.service.notify.callers import Caller, caller
from tests.service.notify.receiver import Receiver
from tests.service.notify.rooms import FINANCE, SECRET, address, enter, make, problem_of, reopen, states, tell, texts
from tests.service.notify.world import TRIAGE, World
from tests.support.waiting import wait_until


@pytest.fixture
def options(options: Options) -> Options:
    return replace(options, webhook_allow="127.0.0.0/8", webhook_timeout_seconds=10.0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(answer=lambda count: 200).running() as receiver:
        yield receiver


@pytest.fixture
def as_admin(app: Flask, world: World) -> Caller:
    everything = ["webhooks.manage", "inbox.manage", "settings.change"]
    world.say(ProfileChanged(code="administrator", permissions=everything))
    return caller(app, world.person("Admin", profiles=["administrator"]))


@pytest.fixture
def ana(world: World) -> str:
    """Ana, who has requests of a type that is not confidential, for the queue of Bruno."""
    names = {"pt-BR": "Contestação de cobrança", "en": "Billing dispute"}
    known = {"group": "billing", "group_names": {"pt-BR": "Financeiro"}}
    world.say(w.TypeChanged(code="billing_dispute", names=names, **known))
    world.queue("finance", world.person("Bruno Alves"))
    return world.person("Ana Souza", kind="customer")


# ---- what is told ------------------------------------------------------------------------------------------------


def test_a_new_request_in_a_queue_is_told_in_the_rooms_language_and_the_houses_time_zone(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    make(as_admin, address(receiver), "queue_turn", language="en")
    make(as_admin, address(receiver, "json"), "queue_turn")
    ticket = enter(world, ana)
    world.rows("UPDATE tickets SET due_at = '2026-12-07T18:30:00Z' RETURNING 1")
    tell(world)
    told = [json.loads(content) for _, content in receiver.got]
    [english] = [each["text"].splitlines() for each in told if "text" in each]
    [portuguese] = [[each["title"], *each["message"].splitlines()] for each in told if "title" in each]
    assert english == [
        "New in the queue Finance: Cobrança em dobro (2026-000123)",
        "Type: Billing dispute",
        "Stage: Triage",
        "In the queue Finance",
        "Due by Mon, Dec 7, 3:30 pm",
        f"https://vez.test/tickets/{ticket}",
    ]
    assert portuguese[0] == "Novo na fila Financeiro: Cobrança em dobro (2026-000123)"
    assert portuguese[4] == "Prazo: seg, 7 dez, 15h30"
    assert states(world) == [("sent", None, 1)] * 2


def test_one_event_leaves_one_row_for_each_room_however_often_it_comes(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    make(as_admin, address(receiver))
    ticket = world.submitted(ana)
    envelope = world.enters(ticket, TRIAGE, FINANCE, fallback_reason="queue_empty")
    world.deliver(envelope)
    tell(world)
    assert len(receiver.got) == 1
    assert world.rows("SELECT kind FROM deliveries WHERE channel = 'chat'") == [("fallback",)]


def test_nobody_is_named_and_a_confidential_subject_stays_where_it_is(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    make(as_admin, address(receiver))
    enter(world, ana, w.Holder(id=ana))
    names = {"pt-BR": "Denúncia"}
    world.say(
        w.TypeChanged(code="billing_dispute", names=names, group="x", group_names={}, confidential=True),
    )
    ticket = enter(world, ana)
    world.finishes(ticket)
    tell(world)
    assert len(receiver.got) == 3
    for text in texts(receiver):
        assert "Ana" not in text
        assert "Cobrança em dobro" not in text
        assert "Denúncia" in text


def test_a_type_that_is_not_known_is_taken_for_a_confidential_one(
    world: World, as_admin: Caller, receiver: Receiver
) -> None:
    make(as_admin, address(receiver), "finished")
    world.finishes(world.submitted(world.person("Ana Souza")))
    tell(world)
    [text] = texts(receiver)
    assert "Cobrança" not in text
    assert "2026-000123" in text


def test_messages_and_notes_are_told_to_no_room(world: World, as_admin: Caller, receiver: Receiver, ana: str) -> None:
    make(as_admin, address(receiver))
    ticket = world.submitted(ana)
    for visibility in ("public", "internal"):
        world.say(Commented(ticket_id=ticket, message_id=new_id(), author_id=ana, visibility=visibility))
    assert states(world) == []


def test_a_queues_room_hears_of_its_requests_also_once_they_were_taken(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    make(as_admin, address(receiver), "your_turn", "finished", queue="finance")
    mine, other = enter(world, ana), enter(world, ana, w.Holder(id=ana))
    world.enters(mine, TRIAGE, w.Holder(id=ana))
    for ticket in (mine, other):
        world.finishes(ticket)
    told = world.rows("SELECT ticket_id::text, kind FROM deliveries WHERE channel = 'chat' ORDER BY id")
    assert told == [(mine, "your_turn"), (mine, "finished")]


# ---- failing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["mmost", "json"])
def test_a_failing_room_is_tried_again_and_no_redirect_is_followed(
    world: World, as_admin: Caller, receiver: Receiver, ana: str, scheme: str
) -> None:
    with Receiver(answer=lambda count: 200).running() as elsewhere:
        make(as_admin, address(receiver, scheme), "queue_turn")
        receiver.answer = lambda count: [500, 0, 302, 503, 200][count]
        receiver.location = elsewhere.url
        enter(world, ana)
        seen = []
        for _ in range(5):
            tell(world)
            seen += states(world)
        assert [(state, tries) for state, _, tries in seen] == [("failed", n) for n in (1, 2, 3, 4)] + [("sent", 5)]
        assert seen[0][1] == "It answered 500"
        assert "RemoteProtocolError" in seen[1][1]
        assert seen[2][1] == "It answered 302"
        assert elsewhere.got == []


def test_tries_come_as_webhooks_do(world: World, as_admin: Caller, receiver: Receiver, ana: str) -> None:
    make(as_admin, address(receiver), "queue_turn")
    receiver.answer = lambda count: 500
    enter(world, ana)
    waits = []
    for _ in range(6):
        reopen(world)
        tell(world)
        waits += world.rows("SELECT extract(epoch FROM next_try_at - now())::float FROM deliveries WHERE tries > 0")
    assert [round(wait) for (wait,) in waits] == [5, 30, 120, 600, 3600, 3600]


@pytest.mark.parametrize("how", ["slow", "drip"])
def test_a_room_that_takes_too_long_is_left(
    world: World, as_admin: Caller, receiver: Receiver, ana: str, how: str
) -> None:
    make(as_admin, address(receiver), "queue_turn")
    receiver.delay_seconds, receiver.drip = (4.0 if how == "slow" else 0.0), how == "drip"
    world.gateways["chat"] = chat(replace(world.options, webhook_timeout_seconds=0.5))
    enter(world, ana)
    tell(world)
    [(state, reason, tries)] = states(world)
    assert (state, tries) == ("failed", 1)
    assert str(reason).startswith("ReadTimeout")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_a_room_refuses_for_good_is_parked_and_administrators_are_told(
    world: World, as_admin: Caller, receiver: Receiver, ana: str, status: int
) -> None:
    make(as_admin, address(receiver), "queue_turn")
    receiver.answer = lambda count: status
    enter(world, ana)
    tell(world)
    assert states(world) == [("parked", f"It answered {status}", 1)]
    assert ("Admin", "gave_up", "in_app", "sent", None) in world.ledger()


@pytest.mark.parametrize("told", ["600", "date"])
def test_a_room_that_asks_to_be_left_alone_is(
    world: World, as_admin: Caller, receiver: Receiver, ana: str, told: str
) -> None:
    made = make(as_admin, address(receiver), "queue_turn")
    receiver.answer = lambda count: 429
    soon = (clock.now() + timedelta(minutes=10)).astimezone(UTC)
    receiver.retry_after = told if told == "600" else format_datetime(soon, usegmt=True)
    for _ in range(3):
        enter(world, ana)
    tell(world)
    assert len(receiver.got) == 1, "the others wait untried"
    assert sorted(states(world), key=lambda row: -row[2]) == [
        ("failed", "It answered 429", 1),
        ("queued", None, 0),
        ("queued", None, 0),
    ]
    [(wait,)] = world.rows(
        "SELECT extract(epoch FROM next_try_at - now())::float FROM deliveries WHERE state = 'failed'"
    )
    assert 500 < wait <= 601
    assert as_admin("GET", f"/chat-rooms/{made['id']}").get_json()["state"] == "failing"
    receiver.answer = lambda count: 200
    reopen(world)
    tell(world)
    assert {state for state, _, _ in states(world)} == {"sent"}


def test_a_room_that_keeps_failing_is_left_alone_and_delays_nobody(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    with Receiver(answer=lambda count: 500).running() as bad:
        broken = make(as_admin, address(bad), "queue_turn")
        make(as_admin, address(receiver), "queue_turn")
        for _ in range(8):
            enter(world, ana)
        tell(world)
        assert as_admin("GET", f"/chat-rooms/{broken['id']}").get_json()["state"] == "failing"
        assert len(bad.got) == 5
        assert len(receiver.got) == 8
        bad.answer = lambda count: 200
        reopen(world)
        tell(world)
    assert {state for state, _, _ in states(world)} == {"sent"}
    assert as_admin("GET", f"/chat-rooms/{broken['id']}").get_json()["state"] == "active"


def test_a_slow_room_delays_nobody_else(world: World, as_admin: Caller, receiver: Receiver, ana: str) -> None:
    with Receiver(answer=lambda count: 200, delay_seconds=0.6).running() as slow:
        make(as_admin, address(slow), "queue_turn")
        make(as_admin, address(receiver), "queue_turn")
        for _ in range(3):
            enter(world, ana)
        world.rows("UPDATE deliveries SET next_try_at = now() WHERE channel = 'chat' RETURNING 1")
        while timers.call_chat_rooms(world.runtime):
            pass
        wait_until(lambda: len(receiver.got) == 3, "the quick one to have all")
        assert len(slow.got) < 3
        wait_until(lambda: len(slow.got) == 3, "the slow one to have all")
        wait_until(lambda: not world.gateways["chat_runner"].busy(), "the threads to end")


def test_what_was_given_up_is_told_when_an_administrator_says_so(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    made = make(as_admin, address(receiver), "queue_turn")
    receiver.answer = lambda count: 404 if count == 0 else 200
    enter(world, ana)
    tell(world)
    [row] = as_admin("GET", f"/deliveries?channel=chat&recipient_id={made['id']}").get_json()["items"]
    assert (row["recipient"], row["kind"], row["state"]) == (
        {"id": made["id"], "name": "Ops"},
        "queue_turn",
        "parked",
    )
    assert as_admin("POST", f"/deliveries/{row['id']}/retry", If_Match="*").status_code == 202
    tell(world)
    assert states(world) == [("sent", None, 1)]


def test_what_a_room_was_told_is_forgotten_like_all_else(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    make(as_admin, address(receiver), "queue_turn")
    enter(world, ana)
    tell(world)
    world.runtime.options = replace(world.options, keep_days=-1)
    while timers.forget_old(world.runtime):
        pass
    assert states(world) == []


# ---- making, changing, trying ------------------------------------------------------------------------------------


def test_an_address_is_never_shown_again(world: World, as_admin: Caller, receiver: Receiver) -> None:
    made = make(as_admin, address(receiver), "finished")
    path = f"/chat-rooms/{made['id']}"
    changed = as_admin("PATCH", path, {"url": f"{address(receiver)}x"}, If_Match='"1"')
    shown = [made, changed.get_json(), as_admin("GET", path).get_json(), as_admin("GET", "/chat-rooms").get_json()]
    noted = world.rows("SELECT a::text FROM audit_details a")
    assert SECRET not in json.dumps(shown)
    assert SECRET not in str(noted)
    assert shown[2]["address"] == f"mmost://127.0.0.1:{receiver.port}/a...x"
    assert "url" not in shown[2]


def test_a_disabled_room_hears_nothing_and_a_removed_one_is_gone(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    path = f"/chat-rooms/{make(as_admin, address(receiver), 'queue_turn')['id']}"
    assert as_admin("PATCH", path, {"state": "disabled"}).status_code == 428
    assert as_admin("PATCH", path, {"state": "disabled"}, If_Match='"1"').get_json()["state"] == "disabled"
    enter(world, ana)
    changes = {"state": "active", "name": "Desk", "kinds": ["queue_turn", "finished"], "language": "es", "queue": None}
    shown = as_admin("PATCH", path, changes, If_Match='"2"').get_json()
    assert {name: shown[name] for name in changes} == {**changes, "kinds": ["finished", "queue_turn"]}
    enter(world, ana)
    assert as_admin("DELETE", path, If_Match='"3"').status_code == 204
    tell(world)
    assert states(world) == [("suppressed", "removed", 0)]
    assert as_admin("GET", path).status_code == 404
    assert as_admin("GET", "/chat-rooms").get_json()["items"] == []
    assert world.rows("SELECT url FROM chat_rooms") == [("",)]
    assert receiver.got == []


def test_nothing_is_told_of_a_request_that_was_deleted(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    make(as_admin, address(receiver), "queue_turn")
    ticket = enter(world, ana)
    world.say(Deleted(ticket_id=ticket, by=ana))
    tell(world)
    assert states(world) == [("suppressed", "deleted", 0)]
    assert receiver.got == []


def test_a_test_message_says_what_came_of_it(world: World, as_admin: Caller, receiver: Receiver) -> None:
    path = f"/chat-rooms/{make(as_admin, address(receiver), 'finished')['id']}/test"
    assert as_admin("POST", path).get_json() == {"sent": True, "reason": None}
    assert texts(receiver)[0].startswith("Mensagem de teste de Vez")
    receiver.answer = lambda count: 404
    assert as_admin("POST", path).get_json() == {"sent": False, "reason": "It answered 404"}
    assert states(world) == []


def test_what_is_wrong_is_said_in_the_readers_language(as_admin: Caller) -> None:
    def made(url: str) -> TestResponse:
        return as_admin("POST", "/chat-rooms", {"name": "Ops", "url": url, "kinds": ["finished"]})

    assert problem_of(made("mmosts://chat.test/")).startswith("Este endereço de Mattermost não está completo")
    assert "mailto:// não leva a nenhum serviço de conversa" in problem_of(made("mailto://a:b@example.org"))
    assert problem_of(made("jsons://10.0.0.1/x")) == "Este endereço leva a uma rede privada"
    queue = {"name": "Ops", "url": "jsons://93.184.216.34/x", "kinds": ["finished"], "queue": "nobody"}
    answer = as_admin("POST", "/chat-rooms", queue)
    assert answer.get_json()["errors"] == {"queue": ["Essa fila não existe"]}
    for wrong in ({"kinds": ["danced"]}, {"kinds": []}, {"name": ""}, {"language": "fr"}):
        assert as_admin("POST", "/chat-rooms", {**queue, "queue": None, **wrong}).status_code == 422
