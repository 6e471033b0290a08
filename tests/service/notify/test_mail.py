"""Mail leaves, once, over real SMTP; whatever a server does, the ledger says what became of each letter."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest

from services.notify import timers
from services.notify.gateways.mail import MOST_STUMBLES, mail_servers
from services.notify.options import Options
from shared import clock
from shared.contracts import workflow as w
from shared.contracts.workflow import DueChanged, SettingChanged
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import AGREEMENT, NOW, TRIAGE, World
from tests.support.waiting import wait_until


@pytest.fixture
def ana(world: World) -> str:
    return world.person("Ana Souza", kind="customer")


@pytest.fixture
def bruno(world: World) -> str:
    return world.person("Bruno Alves")


def make_due(world: World) -> None:
    """The time of every letter that waits has come."""
    world.rows("UPDATE deliveries SET next_try_at = now() - interval '1 s' WHERE next_try_at IS NOT NULL RETURNING 1")


def send_all(world: World) -> None:
    """Let the mail timer do what is due now."""
    make_due(world)
    while timers.send_mail(world.runtime):
        pass


def states(world: World) -> list[tuple[object, ...]]:
    """Mail rows: state, reason, tries."""
    return world.rows("SELECT state, reason, tries FROM deliveries WHERE channel = 'mail' ORDER BY id")


def agreement(world: World, ana: str, bruno: str) -> str:
    """Bruno asks Ana to approve the understanding; the ticket's id."""
    ticket = world.submitted(ana, "Cobrança em dobro & <juros>")
    world.enters(ticket, AGREEMENT, w.Holder(id=ana), by=bruno, side="client")
    return ticket


def test_a_letter_arrives_in_the_words_of_the_interface(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    world.say(SettingChanged(key="house.name", value="Rede Horizonte", by=bruno))
    ticket = agreement(world, ana, bruno)
    due = DueChanged(ticket_id=ticket, ordinal=1, since=NOW, by=bruno, due_at=NOW.replace(month=12, day=7))
    world.say(due)
    send_all(world)
    [message] = mail_server.messages
    delivery = world.rows("SELECT id FROM deliveries WHERE channel = 'mail'")[0][0]
    assert message["Subject"] == "Sua vez: aprovar o entendimento (2026-000123)"
    assert message["From"] == '"Bruno Alves, Rede Horizonte" <avisos@vez.test>'
    assert message["To"] == "Ana Souza <ana@vez.test>"
    assert message["Message-ID"] == f"<{delivery}@vez.test>"
    assert message["References"] == message["In-Reply-To"] == f"<ticket.{ticket}@vez.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = body(message, "plain"), body(message, "html")
    assert "Sua vez, até seg, 7 dez, 15h30" in text
    assert "“Cobrança em dobro & <juros>”" in text
    assert "<b>Cobrança em dobro &amp; &lt;juros&gt;</b>" in html
    assert f"https://vez.test/tickets/{ticket}" in text
    assert states(world) == [("sent", None, 1)]


def body(message: EmailMessage, kind: str) -> str:
    """A part of a message, its lines joined."""
    part = message.get_body((kind,))
    assert part is not None
    return " ".join(part.get_content().split())


def test_a_letter_speaks_the_language_and_tells_the_time_of_its_reader(
    world: World, mail_server: MailServer, bruno: str
) -> None:
    eve = world.person("Eve Stone", language="en", time_zone="Europe/Lisbon")
    luz = world.person("Luz Vega", language="es")
    for person in (eve, luz):
        ticket = agreement(world, person, bruno)
        world.say(DueChanged(ticket_id=ticket, ordinal=1, since=NOW, by=bruno, due_at=NOW))
    send_all(world)
    english, spanish = mail_server.messages
    assert english["Subject"] == "Your turn: approve the understanding (2026-000123)"
    assert "Your turn, until Mon, Nov 23, 6:30 pm" in body(english, "plain")
    assert spanish["Subject"] == "Su turno: aprobar el entendimiento (2026-000124)"
    assert "Su turno, hasta el lun 23 nov, 15:30" in body(spanish, "plain")


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.heavy)])
def test_a_burst_costs_one_kept_connection(
    world: World, mail_server: MailServer, ana: str, bruno: str, count: int
) -> None:
    tickets = [world.submitted(ana) for _ in range(count)]
    world.say(*[world.entering(t, TRIAGE, w.Holder(id=bruno), by=ana) for t in tickets])
    send_all(world)
    assert len(mail_server.messages) == count
    assert len({m["Message-ID"] for m in mail_server.messages}) == count
    assert mail_server.connections == 1


def test_what_was_sent_is_never_sent_again(world: World, mail_server: MailServer, ana: str, bruno: str) -> None:
    agreement(world, ana, bruno)
    send_all(world)
    send_all(world)
    assert len(mail_server.messages) == 1


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


def send_all_once(world: World) -> None:
    """One turn of the mail timer."""
    make_due(world)
    timers.send_mail(world.runtime)


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


def test_two_workers_never_send_the_same_letter(
    world: World, mail_server: MailServer, ana: str, bruno: str, options: Options
) -> None:
    tickets = [world.submitted(ana) for _ in range(40)]
    world.say(*[world.entering(t, TRIAGE, w.Holder(id=bruno), by=ana) for t in tickets])
    make_due(world)
    with World(options).running() as other:
        while timers.send_mail(world.runtime) + timers.send_mail(other.runtime):
            pass
    assert len(mail_server.messages) == 40
    assert len({m["Message-ID"] for m in mail_server.messages}) == 40


def test_what_a_dead_worker_had_claimed_is_sent_when_its_lease_is_over(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    agreement(world, ana, bruno)
    make_due(world)
    world.rows("UPDATE deliveries SET leased_until = now() + interval '60 s' RETURNING 1")
    assert timers.send_mail(world.runtime) == 0
    world.rows("UPDATE deliveries SET leased_until = now() - interval '1 s' RETURNING 1")
    assert timers.send_mail(world.runtime) == 1
    assert len(mail_server.messages) == 1


def test_who_was_disabled_meanwhile_gets_no_letter(world: World, mail_server: MailServer, ana: str, bruno: str) -> None:
    agreement(world, ana, bruno)
    world.person("Ana Souza", person_id=ana, is_active=False)
    send_all(world)
    assert states(world) == [("suppressed", "inactive", 0)]
    assert mail_server.messages == []


def test_old_deliveries_are_forgotten_and_their_notices_with_them(
    world: World, mail_server: MailServer, ana: str, bruno: str, options: Options
) -> None:
    agreement(world, ana, bruno)
    send_all(world)
    world.runtime.options = replace(options, keep_days=1)
    assert timers.forget_old(world.runtime) == 0
    world.runtime.options = replace(options, keep_days=-1)
    assert timers.forget_old(world.runtime) == 1
    assert world.rows("SELECT (SELECT count(*) FROM deliveries), (SELECT count(*) FROM notices)") == [(0, 0)]


def test_who_may_not_see_the_ticket_gets_no_letter_about_it(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    ticket = agreement(world, ana, bruno)
    world.unseen.add((ana, ticket))
    send_all_once(world)
    assert states(world) == [("failed", "not_visible", 0)]
    world.rows("UPDATE deliveries SET due_at = now() - interval '1 min' RETURNING 1")
    send_all_once(world)
    assert states(world) == [("suppressed", "not_visible", 0)]
    assert mail_server.messages == []


def test_a_letter_waits_while_the_ticket_service_lags_or_cannot_be_asked(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    ticket = agreement(world, ana, bruno)
    world.is_ticket_service_down = True
    send_all_once(world)
    [(state, reason, tries)] = states(world)
    assert (state, reason, tries) == ("failed", "The ticket service cannot be asked who may see this", 0)
    world.is_ticket_service_down = False
    world.unseen.add((ana, ticket))
    send_all_once(world)
    world.unseen.clear()
    send_all_once(world)
    assert states(world) == [("sent", None, 1)]
    assert len(mail_server.messages) == 1


def test_a_digest_gathers_a_burst_into_one_message(world: World, mail_server: MailServer, ana: str, bruno: str) -> None:
    world.rows(
        "INSERT INTO preferences (person_id, digest_minutes) VALUES (%(id)s, 60) RETURNING 1",
        id=ana,
    )
    for _ in range(3):
        agreement(world, ana, bruno)
    assert timers.send_mail(world.runtime) == 0
    world.rows(
        "UPDATE deliveries SET next_try_at = now() - interval '1 s' WHERE id = "
        "(SELECT id FROM deliveries WHERE channel = 'mail' ORDER BY id LIMIT 1) RETURNING 1"
    )
    timers.send_mail(world.runtime)
    [message] = mail_server.messages
    assert message["Subject"] == "3 novidades nos seus atendimentos"
    assert body(message, "plain").count("Sua vez: aprovar o entendimento") == 3
    assert "2026-000125" in body(message, "html")
    assert message["References"] is None
    assert states(world) == [("sent", None, 1)] * 3


def test_a_digest_of_one_is_an_ordinary_letter(world: World, mail_server: MailServer, ana: str, bruno: str) -> None:
    world.rows("INSERT INTO preferences (person_id, digest_minutes) VALUES (%(id)s, 60) RETURNING 1", id=ana)
    agreement(world, ana, bruno)
    send_all(world)
    assert mail_server.messages[0]["Subject"] == "Sua vez: aprovar o entendimento (2026-000123)"


def test_what_came_in_quiet_hours_leaves_together_when_they_end(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    quiet = "INSERT INTO preferences (person_id, quiet_from, quiet_until) VALUES (%(id)s, '00:00', '23:59') RETURNING 1"
    world.rows(quiet, id=ana)
    for _ in range(2):
        agreement(world, ana, bruno)
    assert world.rows("SELECT count(DISTINCT next_try_at) FROM deliveries WHERE channel = 'mail'") == [(1,)]
    send_all(world)
    assert [m["Subject"] for m in mail_server.messages] == ["2 novidades nos seus atendimentos"]
