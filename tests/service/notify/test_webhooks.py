"""Webhooks: signed as in Standard Webhooks, tried until they arrive, and never to where they must not reach."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from services.notify import timers
from services.notify.gateways.receivers import HttpReceivers
from services.notify.options import Options, networks
from shared import clock
from shared.contracts import workflow as w
from shared.contracts.identity import ProfileChanged
from shared.contracts.ticket import Commented
from shared.contracts.workflow import SettingChanged
from shared.ids import new_id
from tests.service.notify.callers import Caller, caller
from tests.service.notify.receiver import Receiver
from tests.service.notify.world import TRIAGE, World
from tests.support.waiting import wait_until


@pytest.fixture
def options(options: Options) -> Options:
    return replace(options, webhook_allow="127.0.0.0/8", webhook_timeout_seconds=1.0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().running() as receiver:
        yield receiver


@pytest.fixture
def admin(world: World) -> str:
    world.say(ProfileChanged(code="administrator", permissions=["webhooks.manage", "inbox.manage"]))
    return world.person("Admin", profiles=["administrator"])


@pytest.fixture
def as_admin(app: Flask, admin: str) -> Caller:
    return caller(app, admin)


@pytest.fixture
def ana(world: World) -> str:
    return world.person("Ana Souza")


def make(as_admin: Caller, url: str, *events: str) -> dict[str, Any]:
    """A new webhook."""
    answer = as_admin("POST", "/webhooks", {"url": url, "events": list(events) or ["*"]})
    assert answer.status_code == 201, answer.get_json()
    return dict(answer.get_json())


def finish(world: World, ana: str) -> str:
    """A ticket ends; its id."""
    ticket = world.submitted(ana)
    world.finishes(ticket)
    return ticket


def call(world: World) -> None:
    """Let the webhooks' timer do all that is due, and wait for its threads."""
    world.rows("UPDATE deliveries SET next_try_at = now() - interval '1 s' WHERE channel = 'webhook' RETURNING 1")
    while timers.call_webhooks(world.runtime):
        wait_until(lambda: not world.gateways["runner"].busy(), "the threads to end")


def states(world: World) -> list[tuple[Any, ...]]:
    """Webhook rows: state, reason, tries."""
    return world.rows("SELECT state, reason, tries FROM deliveries WHERE channel = 'webhook' ORDER BY id")


def problem_of(answer: TestResponse) -> Any:
    """What is wrong with the url."""
    assert answer.status_code == 422
    return answer.get_json()["errors"]["url"]


def test_an_event_arrives_signed_and_verifies_with_the_standards_own_library(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    made = make(as_admin, receiver.url, "flow.finished")
    ticket = finish(world, ana)
    call(world)
    [(headers, content)] = receiver.got
    body = Webhook(made["secret"]).verify(content, headers)
    assert body["type"] == "flow.finished"
    assert body["data"]["payload"]["ticket_id"] == ticket
    assert datetime.fromisoformat(body["timestamp"]).astimezone(UTC) <= clock.now()
    assert states(world) == [("sent", None, 1)]


def test_a_webhook_hears_only_what_it_asked_for(world: World, as_admin: Caller, receiver: Receiver, ana: str) -> None:
    make(as_admin, receiver.url, "setting.*", "ticket.submit_requested")
    finish(world, ana)
    world.say(SettingChanged(key="house.name", value="Rede", by=ana))
    call(world)
    types = sorted(json.loads(content)["type"] for _, content in receiver.got)
    assert types == ["setting.changed", "ticket.submit_requested"]


def test_the_secret_is_shown_once(as_admin: Caller, receiver: Receiver) -> None:
    made = make(as_admin, receiver.url)
    assert made["secret"].startswith("whsec_")
    assert made["state"] == "active"
    shown = as_admin("GET", f"/webhooks/{made['id']}").get_json()
    assert "secret" not in shown
    assert "secret" not in as_admin("GET", "/webhooks").get_json()["items"][0]


def test_for_a_day_both_secrets_sign(world: World, as_admin: Caller, receiver: Receiver, ana: str) -> None:
    made = make(as_admin, receiver.url, "flow.finished")
    renewed = as_admin("POST", f"/webhooks/{made['id']}/secret", If_Match='"1"').get_json()
    finish(world, ana)
    call(world)
    world.rows("UPDATE webhooks SET previous_until = now() - interval '1 s' RETURNING 1")
    finish(world, ana)
    call(world)
    (first, content), (second, later) = receiver.got
    for secret in (made["secret"], renewed["secret"]):
        Webhook(secret).verify(content, first)
    assert len(second["webhook-signature"].split()) == 1
    Webhook(renewed["secret"]).verify(later, second)


def test_a_failing_receiver_is_tried_again_with_the_same_id(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    make(as_admin, receiver.url, "flow.finished")
    receiver.answer = lambda count: [500, 0, 302, 204][count]
    receiver.location = receiver.url
    finish(world, ana)
    seen = []
    for _ in range(4):
        call(world)
        seen += states(world)
    assert [state for state, _, _ in seen] == ["failed", "failed", "failed", "sent"]
    assert seen[0][1] == "It answered 500"
    assert seen[2][1] == "It answered 302"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_tries_come_after_five_seconds_thirty_two_minutes_ten_an_hour_and_then_hourly(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    make(as_admin, receiver.url, "flow.finished")
    receiver.answer = lambda count: 500
    finish(world, ana)
    waits = []
    for _ in range(6):
        world.rows("UPDATE webhooks SET closed_until = NULL RETURNING 1")
        call(world)
        waits += world.rows("SELECT extract(epoch FROM next_try_at - now())::float FROM deliveries WHERE tries > 0")
    assert [round(wait) for (wait,) in waits] == [5, 30, 120, 600, 3600, 3600]


@pytest.mark.parametrize("how", ["slow", "drip"])
def test_a_receiver_that_takes_too_long_is_left(
    world: World, as_admin: Caller, receiver: Receiver, ana: str, how: str
) -> None:
    make(as_admin, receiver.url, "flow.finished")
    receiver.delay_seconds, receiver.drip = (2.0 if how == "slow" else 0.0), how == "drip"
    finish(world, ana)
    began = clock.monotonic()
    call(world)
    assert clock.monotonic() - began < 3.0
    assert states(world)[0][0] == "failed"


def test_one_that_is_gone_is_parked_at_once(world: World, as_admin: Caller, receiver: Receiver, ana: str) -> None:
    make(as_admin, receiver.url, "flow.finished")
    receiver.answer = lambda count: 410
    finish(world, ana)
    call(world)
    assert states(world) == [("parked", "It answered 410", 1)]


def test_a_receiver_that_keeps_failing_is_left_alone_and_delays_nobody(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    with Receiver(answer=lambda count: 500).running() as bad:
        broken = make(as_admin, bad.url, "flow.finished")
        make(as_admin, receiver.url, "flow.finished")
        for _ in range(8):
            finish(world, ana)
        call(world)
        call(world)
        shown = as_admin("GET", f"/webhooks/{broken['id']}").get_json()
        assert shown["state"] == "failing"
        assert len(bad.got) == 8
        assert len(receiver.got) == 8
        bad.answer = lambda count: 204
        world.rows("UPDATE webhooks SET closed_until = now() - interval '1 s' RETURNING 1")
        call(world)
    assert {state for state, _, _ in states(world)} == {"sent"}
    assert as_admin("GET", f"/webhooks/{broken['id']}").get_json()["state"] == "active"


def test_a_slow_receiver_delays_nobody_else(world: World, as_admin: Caller, receiver: Receiver, ana: str) -> None:
    answers = threading.Event()
    with Receiver(answer=lambda count: 204 if answers.wait(20) else 500).running() as slow:
        make(as_admin, slow.url, "flow.finished")
        make(as_admin, receiver.url, "flow.finished")
        for _ in range(3):
            finish(world, ana)
        while timers.call_webhooks(world.runtime):
            continue
        wait_until(lambda: len(receiver.got) == 3, "the quick one to have all while the slow one answers nothing")
        assert slow.got == []
        answers.set()
        wait_until(lambda: len(slow.got) == 3, "the slow one to have all")
        wait_until(lambda: not world.gateways["runner"].busy(), "the threads to end")


def test_what_its_maker_may_not_see_is_suppressed(
    world: World, as_admin: Caller, receiver: Receiver, admin: str, ana: str
) -> None:
    make(as_admin, receiver.url, "flow.finished")
    ticket = finish(world, ana)
    world.unseen.add((admin, ticket))
    call(world)
    assert states(world)[0][:2] == ("failed", "not_visible")
    world.rows("UPDATE deliveries SET due_at = now() - interval '1 min' RETURNING 1")
    call(world)
    assert states(world) == [("suppressed", "not_visible", 0)]
    assert receiver.got == []


def test_a_disabled_webhook_hears_nothing_and_a_removed_one_is_gone(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    made = make(as_admin, receiver.url, "flow.finished")
    path = f"/webhooks/{made['id']}"
    assert as_admin("PATCH", path, {"state": "disabled"}).status_code == 428
    assert as_admin("PATCH", path, {"state": "disabled"}, If_Match='"1"').get_json()["state"] == "disabled"
    finish(world, ana)
    assert as_admin("PATCH", path, {"state": "active"}, If_Match='"2"').get_json()["state"] == "active"
    finish(world, ana)
    assert as_admin("DELETE", path, If_Match='"3"').status_code == 204
    call(world)
    assert states(world) == [("suppressed", "removed", 0)]
    assert as_admin("GET", path).status_code == 404
    assert as_admin("GET", "/webhooks").get_json()["items"] == []
    assert [action for (action,) in world.rows("SELECT action FROM audit_log ORDER BY position")] == [
        "make_webhook",
        "change_webhook",
        "change_webhook",
        "remove_webhook",
    ]


def test_the_ledger_names_a_webhook_by_its_address(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    made = make(as_admin, receiver.url, "flow.finished")
    finish(world, ana)
    call(world)
    [row] = as_admin("GET", f"/deliveries?recipient_id={made['id']}").get_json()["items"]
    assert row["recipient"] == {"id": made["id"], "name": receiver.url}
    assert (row["channel"], row["state"]) == ("webhook", "sent")


def test_webhooks_are_for_who_may_manage_them(app: Flask, ana: str) -> None:
    as_ana = caller(app, ana)
    assert as_ana("GET", "/webhooks").status_code == 403
    assert as_ana("POST", "/webhooks", {"url": "https://x.test", "events": ["*"]}).status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/hook",
        "https://0x0a000001/hook",
        "http://93.184.216.34/hook",
        "https://93.184.216.34:8443/hook",
        "https://user:secret@93.184.216.34/hook",
        "ftp://93.184.216.34/hook",
        "nonsense",
        "https:///hook",
        "https://x.test:port/",
    ],
)
def test_an_address_that_must_not_be_reached_is_not_taken(as_admin: Caller, url: str) -> None:
    assert problem_of(as_admin("POST", "/webhooks", {"url": url, "events": ["*"]}))


def test_events_that_nobody_says_are_not_taken(as_admin: Caller) -> None:
    for wrong in ("flow.danced", "person.*", "person.changed", "ticket.advance_requested"):
        answer = as_admin("POST", "/webhooks", {"url": "https://93.184.216.34/", "events": [wrong]})
        assert answer.status_code == 422


def test_a_name_is_looked_up_once_and_what_was_judged_is_what_is_reached(receiver: Receiver) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    receivers = HttpReceivers(networks("127.0.0.0/8"), 1.0, lambda host, port: answers.pop(0))
    url = receiver.url.replace("127.0.0.1", "hook.test")
    assert receivers.deliver(url, {}, b"{}").sent
    changed = receivers.deliver(url, {}, b"{}")
    assert changed.reason == "This address leads into a private network"
    assert receiver.got[0][0]["Host"] == f"hook.test:{receiver.port}"


def test_a_name_that_leads_to_both_worlds_reaches_neither(receiver: Receiver) -> None:
    receivers = HttpReceivers((), 1.0, lambda host, port: ["93.184.216.34", "127.0.0.1"])
    assert receivers.deliver("https://hook.test/", {}, b"{}").reason == "This address leads into a private network"


def test_an_internal_note_reaches_a_webhook_whose_maker_may_see_the_ticket(
    world: World, as_admin: Caller, receiver: Receiver, ana: str
) -> None:
    make(as_admin, receiver.url, "ticket.commented")
    ticket = world.submitted(ana)
    world.enters(ticket, TRIAGE, w.Holder(id=ana), by=ana)
    world.say(Commented(ticket_id=ticket, message_id=new_id(), author_id=ana, visibility="internal"))
    call(world)
    assert len(receiver.got) == 1
