"""Mails as mail programs write them, and handing them in."""

from __future__ import annotations

import smtplib
from email import policy
from email.message import EmailMessage
from typing import Any

from services.notify import timers
from shared.ids import new_id
from tests.service.notify.world import World

QUOTE = "Em seg., 23 de nov. de 2026 às 15:30, Bruno Alves <\navisos@vez.test> escreveu:\n\n> Boa tarde, Ana.\n"


TRUSTED = "mx.vez.test; dmarc=pass (p=reject) header.from=vez.test"


def mail(
    to: str, text: str = "Pode seguir assim.", *, sender: str = "Ana Souza <ana@vez.test>", **more: str
) -> EmailMessage:
    """A mail as a mail program writes it."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, more.pop("subject", "Re: Sua vez")
    message["Message-ID"] = more.pop("message_id", f"<{new_id()}@mail.test>")
    for name, value in more.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def hand_in(world: World, message: EmailMessage, *to: str, sender: str = "ana@vez.test") -> None:
    """Our mail server hands a message in by LMTP, and it is dealt with."""
    with smtplib.LMTP("127.0.0.1", world.gateways["listener"].port) as server:
        server.sendmail(sender, list(to) or [message["To"]], message.as_bytes(policy=policy.SMTP))
    deal(world)


def deal(world: World) -> None:
    """Let the timer do what is due now."""
    world.rows("UPDATE incoming SET next_try_at = now() - interval '1 s' WHERE next_try_at IS NOT NULL RETURNING 1")
    while timers.take_mail_in(world.runtime):
        pass


def ends(world: World) -> list[tuple[Any, ...]]:
    """What became of each mail."""
    return world.rows("SELECT state, reason FROM incoming ORDER BY id")
