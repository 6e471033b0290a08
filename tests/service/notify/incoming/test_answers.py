"""Mail comes in over LMTP and IMAP, each message once: answers and requests; robots and liars get nothing."""

from __future__ import annotations

import smtplib
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr

import pytest

from services.notify import timers
from services.notify.gateways.fetching import postbox
from services.notify.options import Options
from services.notify.timers.arriving import take
from shared import clock
from shared.contracts import ticket as t
from shared.contracts import workflow as w
from shared.errors import Retryable
from shared.ids import new_id
from tests.service.notify.desk import Desk
from tests.service.notify.imap import ImapServer
from tests.service.notify.incoming.mails import QUOTE, TRUSTED, deal, ends, hand_in, mail
from tests.service.notify.letters import send_all
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import World


def test_an_answer_becomes_a_message_of_its_writer_without_what_it_quotes(
    world: World, desk: Desk, letter: EmailMessage, ana: str
) -> None:
    to = letter["Reply-To"].addresses[0].addr_spec
    assert to.startswith("respostas+")
    assert "Responda a este e-mail para escrever no atendimento." in letter.get_body(("plain",)).get_content()
    assert len(to.partition("@")[0]) <= 64
    hand_in(world, mail(to.upper().replace("VEZ.TEST", "vez.test"), f"Pode seguir assim.\n\nObrigada\n\n{QUOTE}"))
    ticket = world.rows("SELECT ticket_id::text FROM deliveries WHERE channel = 'mail'")[0][0]
    body = {"body": "Pode seguir assim.\n\nObrigada", "visibility": "public"}
    assert desk.done == [("ticket", f"/v1/tickets/{ticket}/messages", body, ana)]
    assert ends(world) == [("taken", "answer")]
    assert world.rows("SELECT content, subject, person_id::text, ticket_id::text FROM incoming") == [
        (None, "Re: Sua vez", ana, ticket)
    ]


def test_its_files_come_with_it_but_no_decoration(world: World, desk: Desk, letter: EmailMessage) -> None:
    message = mail(letter["Reply-To"])
    message.add_attachment(b"%PDF-1.7 x", "application", "pdf", filename="../nota fiscal.pdf")
    message.add_attachment(b"logo", "image", "png", filename="logo.png", disposition="inline", cid="<logo@x>")
    hand_in(world, message)
    [(facts, content)] = desk.bodies("/attachments")
    message_id = next(answer["id"] for (path, _), answer in desk.answers.items() if path.endswith("/messages"))
    assert (facts["name"], content) == (".._nota fiscal.pdf", b"%PDF-1.7 x")
    assert (facts["message_id"], facts["internal"]) == (message_id, "false")


def test_a_mail_in_html_alone_is_read_as_text(world: World, desk: Desk, letter: EmailMessage) -> None:
    message = mail(letter["Reply-To"])
    message.set_content(
        "<p>Sim, <b>pode</b>.</p><div>Em seg., 23 de nov. de 2026 às 15:30, Bruno escreveu:<blockquote>Oi</blockquote>"
        "</div><script>x</script>",
        subtype="html",
    )
    hand_in(world, message)
    assert desk.bodies("/messages")[0]["body"] == "Sim, pode."


def test_the_same_message_comes_in_once_whichever_way_it_comes(
    world: World, desk: Desk, letter: EmailMessage, options: Options
) -> None:
    message = mail(letter["Reply-To"], message_id="<one@mail.test>")
    hand_in(world, message)
    hand_in(world, message)
    with ImapServer([b"Received: by elsewhere\r\n" + message.as_bytes()]).running() as server:
        world.gateways["postbox"] = postbox(replace(options, imap_url=server.url))
        assert timers.fetch_mail(world.runtime) == 1
    deal(world)
    other = mail(letter["Reply-To"], "Outra coisa", message_id="<one@mail.test>")
    hand_in(world, other)
    assert [each["body"] for each in desk.bodies("/messages")] == ["Pode seguir assim.", "Outra coisa"]


def test_mail_is_fetched_by_imap_and_a_line_that_breaks_loses_and_doubles_nothing(
    world: World, desk: Desk, letter: EmailMessage, options: Options
) -> None:
    to = str(letter["Reply-To"])
    contents = [mail(to, f"Resposta {number}").as_bytes() for number in range(3)]
    with ImapServer(contents, cut_at="STORE 2").running() as server:
        world.gateways["postbox"] = postbox(replace(options, imap_url=server.url, imap_seconds=0.0))
        with pytest.raises(Retryable):
            timers.fetch_mail(world.runtime)
        assert timers.fetch_mail(world.runtime) == 2
        assert timers.fetch_mail(world.runtime) == 0
        assert all("Seen" in server.flags[uid] for uid in (1, 2, 3))
    deal(world)
    assert [each["body"] for each in desk.bodies("/messages")] == ["Resposta 0", "Resposta 1", "Resposta 2"]


def test_what_fails_between_two_steps_is_gone_on_with_and_not_done_again(
    world: World, desk: Desk, letter: EmailMessage
) -> None:
    message = mail(letter["Reply-To"])
    for number in range(2):
        message.add_attachment(b"x", "text", "plain", filename=f"{number}.txt")
    desk.fail_after = {"attachments": 1}
    hand_in(world, message)
    assert ends(world) == [("waiting", "The attachments service cannot answer now")]
    desk.fail_after, desk.answers = {}, {}
    deal(world)
    assert ends(world) == [("taken", "answer")]
    assert len(desk.bodies("/messages")) == 1
    assert [facts["name"] for facts, _ in desk.bodies("/attachments")] == ["0.txt", "1.txt"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.vez.test>"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"sender": "MAILER-DAEMON@mail.test"},
        {"sender": "no-reply@vez.test"},
    ],
)
def test_automatic_mail_is_recognised_and_nobody_answers_it(
    world: World, desk: Desk, mail_server: MailServer, letter: EmailMessage, headers: dict[str, str]
) -> None:
    hand_in(world, mail(letter["Reply-To"], Authentication_Results=TRUSTED, **headers))
    assert ends(world)[0][0] == "ignored"
    send_all(world)
    assert (desk.done, len(mail_server.messages)) == ([], 1)


def test_a_letter_of_ours_that_comes_back_to_us_goes_no_further(
    world: World, desk: Desk, mail_server: MailServer, letter: EmailMessage
) -> None:
    hand_in(world, letter, letter["Reply-To"].addresses[0].addr_spec)
    hand_in(world, mail(letter["Reply-To"], sender="ajuda@vez.test"))
    assert ends(world) == [("ignored", "loop")] * 2
    assert (desk.done, len(mail_server.messages)) == ([], 1)


def test_strangers_and_those_who_pretend_get_nothing_and_no_answer(
    world: World, desk: Desk, mail_server: MailServer, letter: EmailMessage, bruno: str
) -> None:
    to, forged = letter["Reply-To"], "mx.vez.test; dmarc=fail header.from=vez.test"
    hand_in(world, mail(to, sender="eve@evil.test"))
    hand_in(world, mail(to, sender="bruno@vez.test"))
    hand_in(world, mail(to, Authentication_Results=forged))
    hand_in(world, mail("ajuda@vez.test"))
    hand_in(world, mail("ajuda@vez.test", Authentication_Results="evil.test; dmarc=pass header.from=vez.test"))
    assert ends(world) == [("refused", "stranger"), *[("refused", "unproven")] * 4]
    send_all(world)
    assert (desk.done, len(mail_server.messages)) == ([], 1)


def test_an_answer_without_its_token_is_found_by_what_it_refers_to_when_its_writer_is_proven(
    world: World, desk: Desk, letter: EmailMessage, bruno: str
) -> None:
    refers = {"In_Reply_To": letter["Message-ID"], "Authentication_Results": TRUSTED}
    hand_in(world, mail("respostas@vez.test", sender="bruno@vez.test", **refers))
    hand_in(world, mail("respostas@vez.test", References=letter["References"], Authentication_Results=TRUSTED))
    hand_in(world, mail("respostas@vez.test", Authentication_Results=TRUSTED))
    assert ends(world) == [("taken", "answer"), ("taken", "answer"), ("refused", "no_destination")]
    assert len({path for _, path, _, _ in desk.done}) == 1
    assert desk.done[0][3] == bruno


def test_the_answer_to_an_internal_note_is_an_internal_note(
    world: World, desk: Desk, mail_server: MailServer, ana: str, bruno: str
) -> None:
    ticket, carla = world.submitted(ana), world.person("Carla Dias")
    world.enters(ticket, w.StageFacts(code="triage", names={"en": "Triage"}), w.Holder(id=bruno))
    note = t.Commented(ticket_id=ticket, message_id=new_id(), author_id=carla, visibility="internal", mentions=[bruno])
    world.say(note)
    send_all(world)
    told = next(m for m in mail_server.messages if m["X-Vez-Kind"] == "mentioned")
    hand_in(world, mail(told["Reply-To"], sender="bruno@vez.test"))
    assert desk.bodies("/messages")[0]["visibility"] == "internal"


def test_a_mail_to_an_intake_address_opens_a_draft_and_its_writer_is_told(
    world: World, desk: Desk, mail_server: MailServer, ana: str
) -> None:
    hand_in(world, mail("ajuda@vez.test", "Preciso da segunda via", subject="Boleto", Authentication_Results=TRUSTED))
    [opened] = desk.bodies("/tickets")
    assert opened == {
        "type": "help",
        "subject": "Boleto",
        "description": "Preciso da segunda via",
        "submit": False,
    }
    assert ends(world) == [("taken", "draft")]
    send_all(world)
    [message] = mail_server.messages
    assert message["Subject"] == "Seu e-mail virou um rascunho: Boleto"
    assert message["Auto-Submitted"] == "auto-generated"


def test_what_cannot_be_submitted_stays_a_draft_and_its_writer_is_told_what_is_missing(
    world: World, desk: Desk, mail_server: MailServer, ana: str
) -> None:
    hand_in(world, mail("fiscal@vez.test", Authentication_Results=TRUSTED))
    assert ends(world) == [("taken", "submitted")]
    desk.refusals["submit"] = (422, "Informe o valor.")
    hand_in(world, mail("fiscal@vez.test", Authentication_Results=TRUSTED))
    assert ends(world)[1] == ("taken", "draft: Informe o valor.")
    send_all(world)
    [message] = mail_server.messages
    assert "Informe o valor." in message.get_body(("plain",)).get_content()


def test_what_the_ticket_service_refuses_is_told_to_who_wrote_a_few_times_a_day(
    world: World, desk: Desk, mail_server: MailServer, letter: EmailMessage, ana: str
) -> None:
    desk.refusals["messages"] = (409, "Este atendimento está concluído.")
    for number in range(8):
        hand_in(world, mail(letter["Reply-To"], f"Resposta {number}"))
    assert ends(world) == [("refused", "409 Este atendimento está concluído.")] * 8
    send_all(world)
    assert [m["Subject"] for m in mail_server.messages[1:]] == ["Seu e-mail não entrou: Re: Sua vez"] * 5
    assert world.rows("SELECT count(*) FROM deliveries WHERE kind = 'mail_refused' AND channel = 'in_app'") == [(5,)]


def test_who_may_not_act_any_more_writes_nothing(world: World, desk: Desk, letter: EmailMessage, ana: str) -> None:
    desk.inactive.add(ana)
    hand_in(world, mail(letter["Reply-To"]))
    assert (ends(world), desk.done) == ([("refused", "inactive")], [])


def test_only_what_is_for_one_of_our_addresses_is_taken_and_no_token_is_guessed(
    world: World, letter: EmailMessage
) -> None:
    good = letter["Reply-To"].addresses[0].addr_spec
    wrong = [good.replace("respostas+", "respostas+a"), "respostas+aaaa@vez.test", "eve@evil.test", f"{good}.evil.test"]
    with smtplib.LMTP("127.0.0.1", world.gateways["listener"].port) as server:
        server.ehlo()
        server.mail("ana@vez.test")
        assert [server.rcpt(address)[0] for address in wrong] == [550] * 4
        assert server.rcpt(good)[0] == 250


def test_over_lmtp_every_recipient_has_an_answer_of_its_own(world: World, letter: EmailMessage) -> None:
    to = [letter["Reply-To"].addresses[0].addr_spec, "ajuda@vez.test"]
    with smtplib.LMTP("127.0.0.1", world.gateways["listener"].port) as server:
        assert server.sendmail("ana@vez.test", to, mail(to[0]).as_bytes()) == {}
        assert server.getreply()[0] == 250
        assert server.noop()[0] == 250
    deal(world)
    assert ends(world) == [("taken", "answer")]


def test_nothing_that_a_message_looks_like_breaks_the_reading(world: World, desk: Desk, letter: EmailMessage) -> None:
    to = letter["Reply-To"].addresses[0].addr_spec
    broken = [
        b"\r\n\r\n",
        b"From: \xff\xfe\r\nSubject: =?utf-8?b?////?=\r\n\r\n\xff",
        b"From: ana@vez.test\r\nContent-Type: multipart/mixed\r\n\r\nnothing of it",
        b"From: ana@vez.test\r\nContent-Type: text/plain; charset=no-such\r\nTo: a@\r\n\r\n\x00ol\xe1",
        b"From: <<<>>>\r\nDate: never\r\nMessage-ID: <\r\nIn-Reply-To: <<a\r\n\r\nx",
    ]
    with smtplib.LMTP("127.0.0.1", world.gateways["listener"].port) as server:
        for content in broken:
            server.sendmail("ana@vez.test", [to], content)
    deal(world)
    assert len(ends(world)) == len(broken)
    assert {state for state, _ in ends(world)} <= {"taken", "refused", "ignored"}


def test_mail_that_came_in_before_the_clock_went_back_is_dealt_with_at_once(
    world: World, desk: Desk, letter: EmailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "OFFSET", timedelta(hours=1))
    message = mail(letter["Reply-To"])
    take(world.runtime, "smtp", "ana@vez.test", [parseaddr(message["To"])[1]], message.as_bytes())
    assert timers.catch_up(world.runtime) == 0
    monkeypatch.setattr(clock, "OFFSET", timedelta())
    assert timers.take_mail_in(world.runtime) == 0
    assert timers.catch_up(world.runtime) == 1
    assert timers.take_mail_in(world.runtime) == 1
    assert len(desk.bodies("/messages")) == 1


def test_while_a_service_is_away_mail_waits_and_no_try_is_counted(
    world: World, desk: Desk, letter: EmailMessage
) -> None:
    desk.fail_after = {"messages": 0}
    for _ in range(3):
        hand_in(world, mail(letter["Reply-To"], message_id="<same@mail.test>"))
    assert ends(world) == [("waiting", "The ticket service cannot answer now")]
    desk.fail_after = {}
    deal(world)
    assert len(desk.bodies("/messages")) == 1
