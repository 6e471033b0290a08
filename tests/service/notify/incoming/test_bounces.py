"""Letters that come back: what is not sent after all, and which addresses are left alone."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage

from shared.ids import new_id
from tests.service.notify.incoming.mails import ends, hand_in
from tests.service.notify.letters import agreement, send_all, states
from tests.service.notify.smtp import MailServer
from tests.service.notify.world import World


def bounce(letter: EmailMessage, address: str, status: str, *, action: str = "failed") -> EmailMessage:
    """What a mail server says of a letter that it took and could not deliver (RFC 3464)."""
    content = (
        "From: MAILER-DAEMON@mail.test\r\nTo: avisos@vez.test\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <{new_id()}@mail.test>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.test\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user here\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter['Message-ID']}\r\n\r\n--b--\r\n"
    )
    message = EmailMessage(policy=policy.SMTP)
    message["To"] = "avisos@vez.test"
    message.as_bytes = lambda *a, **k: content.encode()  # type: ignore[method-assign]
    return message


def test_a_letter_that_comes_back_is_not_sent_after_all_and_a_dead_address_is_left_alone(
    world: World, mail_server: MailServer, letter: EmailMessage, ana: str, bruno: str
) -> None:
    world.administrator()
    hand_in(world, bounce(letter, "ana@vez.test", "5.1.1"), sender="")
    assert ends(world) == [("taken", "bounce")]
    assert states(world) == [("parked", "It came back: 5.1.1 550 no such user here", 1)]
    agreement(world, ana, bruno)
    send_all(world)
    assert states(world)[1][:2] == ("suppressed", "undeliverable")
    assert [r[:2] for r in world.ledger() if r[0] == "Admin"] == [("Admin", "undeliverable")]


def test_a_full_mailbox_is_no_dead_address_and_a_delay_is_no_bounce(
    world: World, letter: EmailMessage, ana: str, bruno: str
) -> None:
    hand_in(world, bounce(letter, "ana@vez.test", "4.2.2", action="delayed"), sender="")
    assert (ends(world), states(world)[0][0]) == ([("ignored", "delayed")], "sent")
    hand_in(world, bounce(letter, "ana@vez.test", "5.2.2"), sender="")
    assert states(world)[0][0] == "parked"
    assert world.rows("SELECT count(*) FROM addresses") == [(0,)]


def test_nobody_silences_another_by_a_bounce_that_they_made_up(
    world: World, letter: EmailMessage, ana: str, bruno: str
) -> None:
    hand_in(world, bounce(letter, "bruno@vez.test", "5.1.1"), sender="")
    made_up = EmailMessage()
    made_up["Message-ID"] = f"<{new_id()}@vez.test>"
    hand_in(world, bounce(made_up, "ana@vez.test", "5.1.1"), sender="")
    assert ends(world) == [("ignored", "not_our_letter")] * 2
    assert world.rows("SELECT count(*) FROM addresses") == [(0,)]
