"""Letters leave, each once, to who may have it and in their words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notify import timers
from services.notify.options import Options
from shared import clock
from shared.contracts import workflow as w
from shared.contracts.workflow import DueChanged, SettingChanged
from tests.service.notify.letters import agreement, body, make_due, send_all, send_all_once, states
from tests.service.notify.smtp import MailServer, takes_all
from tests.service.notify.world import NOW, TRIAGE, World


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


def test_a_letter_wears_the_houses_logo_where_it_has_one_of_its_own_address(
    world: World, mail_server: MailServer, ana: str, bruno: str
) -> None:
    world.say(SettingChanged(key="house.name", value="Rede Horizonte", by=bruno))
    for logo in ("/brand/logo.png", "https://elsewhere.test/logo.png", "//elsewhere.test/logo.png", ""):
        world.say(SettingChanged(key="house.logo", value=logo, by=bruno))
        agreement(world, ana, bruno)
        send_all(world)
    own, *others = mail_server.messages
    assert '<img src="https://vez.test/brand/logo.png" height="34" alt="Rede Horizonte"' in body(own, "html")
    assert 'alt="Vez"' not in body(own, "html")
    assert len([part for part in own.walk() if part.get_content_type() == "image/png"]) == 1, "the baton alone"
    for other in others:
        assert "elsewhere.test" not in body(other, "html")
        assert 'alt="Vez"' in body(other, "html")
        assert len([part for part in other.walk() if part.get_content_type() == "image/png"]) == 2


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


def asleep(world: World, person: str, hours: int = 8) -> None:
    """It is the second of so many quiet hours of somebody's in UTC."""
    begin = clock.now() - timedelta(hours=1)
    world.person("Ana Souza", person_id=person, kind="customer", time_zone="UTC")
    world.rows(
        "INSERT INTO preferences (person_id, quiet_from, quiet_until) VALUES (%(id)s, %(begin)s, %(end)s) RETURNING 1",
        id=person,
        begin=begin.strftime("%H:%M"),
        end=(begin + timedelta(hours=hours)).strftime("%H:%M"),
    )


def sleep_over(monkeypatch: pytest.MonkeyPatch, hours: int = 8) -> None:
    """The quiet hours are over."""
    monkeypatch.setattr(clock, "OFFSET", timedelta(hours=hours))


def test_what_came_in_quiet_hours_leaves_together_when_they_end(
    world: World, mail_server: MailServer, ana: str, bruno: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep(world, ana)
    for _ in range(2):
        agreement(world, ana, bruno)
    assert world.rows("SELECT count(DISTINCT next_try_at) FROM deliveries WHERE channel = 'mail'") == [(1,)]
    assert timers.send_mail(world.runtime) == 0
    sleep_over(monkeypatch)
    assert timers.send_mail(world.runtime) == 2
    assert [m["Subject"] for m in mail_server.messages] == ["2 novidades nos seus atendimentos"]


def test_a_letter_that_is_tried_again_in_quiet_hours_waits_for_their_end_and_wakes_no_other(
    world: World, mail_server: MailServer, ana: str, bruno: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement(world, ana, bruno)
    mail_server.at_recipient = lambda recipient, count: "450 4.2.1 busy"
    send_all_once(world)
    assert [(state, tries) for state, _, tries in states(world)] == [("failed", 1)]
    mail_server.at_recipient = takes_all
    asleep(world, ana)
    agreement(world, ana, bruno)
    failed = "UPDATE deliveries SET next_try_at = now() - interval '1 s' WHERE state = 'failed' RETURNING 1"
    assert world.rows(failed) == [(1,)]
    assert timers.send_mail(world.runtime) == 1
    assert mail_server.messages == []
    assert [(state, tries) for state, _, tries in states(world)] == [("failed", 1), ("queued", 0)]
    assert timers.send_mail(world.runtime) == 0, "both wait"
    sleep_over(monkeypatch)
    assert timers.send_mail(world.runtime) == 2
    assert [m["Subject"] for m in mail_server.messages] == ["2 novidades nos seus atendimentos"]


def test_letters_made_before_the_clock_went_back_leave_at_once(
    world: World, mail_server: MailServer, ana: str, bruno: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "OFFSET", timedelta(hours=1))
    agreement(world, ana, bruno)
    assert timers.catch_up(world.runtime) == 0
    monkeypatch.setattr(clock, "OFFSET", timedelta(0))
    assert timers.send_mail(world.runtime) == 0
    assert timers.catch_up(world.runtime) == len(states(world)) > 0
    while timers.send_mail(world.runtime):
        continue
    assert {state for state, *_ in states(world)} == {"sent"}
    assert len(mail_server.messages) == len(states(world))
