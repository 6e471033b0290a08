"""Whatever a mail server does, over real SMTP, the ledger says what became of each letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.notify import timers
from services.notify.gateways.mail import MOST_STUMBLES, mail_servers
from services.notify.options import Options
from shared import clock
from tests.service.notify.letters import agreement, make_due, send_all, send_all_once, states
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import World
from tests.support.waiting import wait_until


def test_a_greylisting_server_is_tried_again_with_the_same_message_id(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    agreement(world, ana, bruno)
    mail_server.at_recipient = lambda address, count: "451 4.7.1 come back later" if count < 3 else None
    ids = []
    for _ in range(3):
        ids.append(world.rows("SELECT id FROM deliveries WHERE channel = 'mail'")[0][0])
        make_due(world)
        timers.send_mail(world.runtime)
    assert states(world) == [("sent", None, 3)]
    assert [m["Message-ID"] for m in mail_server.messages] == [f"<{ids[0]}@vez.test>"]


def test_tries_follow_the_steps(world: World, mail_server: MailServer, ana: str, bruno: str) -> None:
    agreement(world, ana, bruno)
    mail_server.at_recipient = lambda address, count: "451 later"
    waits = []
    for _ in range(7):
        make_due(world)
        timers.send_mail(world.runtime)
        waits.append(
            world.rows("SELECT extract(epoch FROM next_try_at - now())::float FROM deliveries WHERE channel = 'mail'")
        )
    found = [round(float(str(rows[0][0]))) for rows in waits]
    assert found == [1, 5, 30, 120, 600, 3600, 3600]


def test_no_such_mailbox_parks_the_letter_suppresses_the_address_and_tells_administrators_once(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    world.administrator()
    mail_server.at_recipient = lambda address, count: "550 5.1.1 no such user" if address.startswith("ana") else None
    agreement(world, ana, bruno)
    send_all(world)
    agreement(world, ana, bruno)
    send_all(world)
    assert states(world) == [
        ("parked", "550 5.1.1 no such user", 1),
        ("suppressed", "undeliverable", 0),
    ]
    assert [r[:3] for r in world.ledger() if r[0] == "Admin"] == [("Admin", "undeliverable", "in_app")]


def test_refused_content_parks_the_letter_but_not_the_address(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    world.administrator()
    mail_server.at_content = lambda address, count: "554 5.7.1 looks like spam" if count == 1 else None
    agreement(world, ana, bruno)
    send_all(world)
    agreement(world, ana, bruno)
    send_all(world)
    assert states(world) == [("parked", "554 5.7.1 looks like spam", 1), ("sent", None, 1)]
    assert [r[:3] for r in world.ledger() if r[0] == "Admin"] == [("Admin", "gave_up", "in_app")]


def test_administrators_are_told_once_a_day_of_a_recipient_whose_mail_is_given_up(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    world.administrator()
    mail_server.at_content = lambda address, count: "554 5.7.1 looks like spam"
    for _ in range(3):
        agreement(world, ana, bruno)
        send_all(world)
    assert len([r for r in world.ledger() if r[0] == "Admin"]) == 1


def test_a_server_that_drops_the_connection_costs_no_letter(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    mail_server.at_recipient = lambda address, count: "drop" if count == 1 else None
    agreement(world, ana, bruno)
    send_all(world)
    assert states(world)[0][0] == "failed"
    wait_until(world.gateways["post"].is_open, "the server to be tried again")
    send_all(world)
    assert states(world)[0][0] == "sent"
    assert len(mail_server.messages) == 1


def test_a_server_that_takes_a_letter_and_dies_before_its_answer_gets_it_twice_under_one_id(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    mail_server.at_content = lambda address, count: "drop after" if count == 1 else None
    agreement(world, ana, bruno)
    send_all(world)
    send_all(world)
    assert states(world)[0][0] == "sent"
    assert len(mail_server.messages) == 2
    assert len({m["Message-ID"] for m in mail_server.messages}) == 1


def test_a_slow_server_is_given_up_and_tried_again(world: World, mail_server: MailServer, ana: str, bruno: str) -> None:
    mail_server.delay_seconds = 3.0
    agreement(world, ana, bruno)
    began = clock.monotonic()
    send_all_once(world)
    assert clock.monotonic() - began < 2.9
    assert states(world)[0][0] == "failed"


def test_while_no_server_answers_letters_wait_and_no_try_is_counted(
    world: World, mail_server: MailServer, ana: str, bruno: str, options: Options
) -> None:
    world.gateways["post"] = mail_servers(replace(options, smtp_url="smtp://127.0.0.1:1"))
    for _ in range(3):
        agreement(world, ana, bruno)
    send_all(world)
    assert [r[0] for r in states(world)] == ["failed", "queued", "queued"]
    assert {r[2] for r in states(world)} == {0}
    world.gateways["post"] = mail_servers(options)
    send_all(world)
    assert {r[0] for r in states(world)} == {"sent"}
    assert len(mail_server.messages) == 3


def test_a_spare_server_takes_over_at_once(world: World, mail_server: MailServer, ana: str, bruno: str) -> None:
    options = replace(world.options, smtp_url="smtp://127.0.0.1:1", spare_smtp_url=mail_server.url)
    world.gateways["post"] = mail_servers(options)
    for _ in range(3):
        agreement(world, ana, bruno)
    send_all(world)
    assert {r[0] for r in states(world)} == {"sent"}


def test_a_server_that_keeps_breaking_off_is_left_alone_and_the_spare_takes_over_under_the_same_id(
    world: World, mail_server: MailServer, ana: str, bruno: str, options: Options
) -> None:
    with MailServer().running() as spare:
        world.gateways["post"] = mail_servers(replace(options, spare_smtp_url=spare.url))
        mail_server.at_content = lambda address, count: "drop after"
        agreement(world, ana, bruno)
        for _ in range(MOST_STUMBLES):
            send_all_once(world)
            assert states(world)[0][0] == "failed"
            assert spare.messages == []
        send_all_once(world)
        assert states(world)[0][0] == "sent"
        assert len(mail_server.messages) == MOST_STUMBLES
        assert {m["Message-ID"] for m in mail_server.messages} == {spare.messages[0]["Message-ID"]}


@pytest.mark.parametrize("answer", ["451 4.3.0 no room for this now", "452 4.3.1 disk full"])
def test_what_the_first_server_certainly_did_not_take_goes_to_the_spare_at_once(
    world: World, mail_server: MailServer, ana: str, bruno: str, options: Options, answer: str
) -> None:
    with MailServer().running() as spare:
        world.gateways["post"] = mail_servers(replace(options, spare_smtp_url=spare.url))
        mail_server.at_content = lambda address, count: answer
        for _ in range(MOST_STUMBLES + 1):
            agreement(world, ana, bruno)
            send_all(world)
        assert states(world) == [("sent", None, 1)] * (MOST_STUMBLES + 1)
        assert len(spare.messages) == MOST_STUMBLES + 1
        assert mail_server.connections == 1
        assert mail_server.recipients == []
        assert not world.gateways["post"].servers[0].circuit.is_open()


def test_greylisting_and_dead_mailboxes_are_no_reason_to_leave_a_server_alone(
    world: World, mail_server: MailServer, ana: str, bruno: str, options: Options
) -> None:
    with MailServer().running() as spare:
        world.gateways["post"] = mail_servers(replace(options, spare_smtp_url=spare.url))
        mail_server.at_recipient = lambda address, count: "451 4.7.1 come back later" if count < 5 else None
        agreement(world, ana, bruno)
        for _ in range(5):
            send_all_once(world)
        assert states(world) == [("sent", None, 5)]
        assert spare.messages == []
