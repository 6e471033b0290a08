"""A mail becomes what its writer wrote: through every service, with the matrix and the read-only rules of them all."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest

from shared.ids import new_id
from tests.flow.test_main_job import DISPUTE
from tests.support import stack
from tests.support.processes import free_port
from tests.support.stack import Stack
from tests.support.waiting import wait_until

TICKETS = "/api/ticket/v1/tickets"
TRUSTED = "mx.vez.test; dmarc=pass header.from=cliente.test"


@dataclass
class Open:
    """A running system that takes mail in at a port."""

    vez: Stack
    port: int

    def hand_in(self, to: str, text: str, *, subject: str = "Re: pedido", **headers: str) -> Any:
        """Ana writes a mail; what became of it."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "Ana <ana@cliente.test>", to, subject
        message["Message-ID"] = f"<{new_id()}@cliente.test>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        message.add_attachment(b"linha,valor\n1,2\n", "text", "csv", filename="conta.csv")
        before = {each["id"] for each in self.incoming()}
        with smtplib.LMTP("127.0.0.1", self.port) as server:
            server.sendmail("ana@cliente.test", [to], message.as_bytes())
        return wait_until(lambda: self._ended(before), "the mail to come to its end")

    def incoming(self) -> list[Any]:
        """What came in."""
        return list(self.vez.get("admin", "/api/notify/v1/incoming")["items"])

    def _ended(self, before: set[str]) -> Any:
        return next((e for e in self.incoming() if e["id"] not in before and e["state"] != "waiting"), None)


@pytest.fixture(scope="module")
def door() -> Iterator[Open]:
    port = free_port()
    environ = {
        "VEZ_NOTIFY_REPLY_ADDRESS": "respostas@vez.test",
        "VEZ_NOTIFY_INTAKE": "ajuda@vez.test=billing_dispute",
        "VEZ_NOTIFY_MAIL_IN_URL": f"lmtp://127.0.0.1:{port}",
        "VEZ_NOTIFY_AUTHSERV_ID": "mx.vez.test",
    }
    with stack.running(**environ) as vez:
        yield Open(vez, port)


@pytest.fixture
def dispute(door: Open) -> Any:
    """A request of Ana's in which Bruno has just asked her for something."""
    made = door.vez.submit("ana", "billing_dispute", DISPUTE, "Cobrança em dobro")
    return door.vez.act("bruno", made["id"], "advance", {"transition": "ask", "comment": "Envie o extrato"})


def answers_at(door: Open, number: str) -> str:
    """Where Ana answers the letter about a ticket."""

    def found() -> Any:
        letters = [m for m in door.vez.mail() if number in m["subject"] and m["to"] == "ana@cliente.test"]
        return letters[0]["headers"]["Reply-To"] if letters else None

    return str(wait_until(found, "Ana's letter")).rpartition("<")[2].rstrip(">")


def test_an_answer_is_read_in_the_discussion_with_its_file(door: Open, dispute: Any) -> None:
    to = answers_at(door, dispute["number"])
    ended = door.hand_in(to, "Segue a conta.\n\nEm seg., 23 de nov. de 2026 às 15:30, Vez escreveu:\n\n> Boa tarde\n")
    assert (ended["state"], ended["reason"]) == ("taken", "answer")
    messages = door.vez.get("bruno", f"{TICKETS}/{dispute['id']}/messages")["items"]
    assert [(m["body"], m["author"]["name"]) for m in messages] == [("Segue a conta.", "Ana Souza")]
    files = door.vez.get("ana", f"/api/attachments/v1/tickets/{dispute['id']}/attachments")["items"]
    assert [f["name"] for f in files] == ["conta.csv"]


def test_what_may_not_be_written_at_the_portal_may_not_by_mail_and_its_writer_is_told(door: Open, dispute: Any) -> None:
    to = answers_at(door, dispute["number"])
    assert door.vez.act("admin", dispute["id"], "cancel", {"reason": "Aberto por engano"})["status"] == "cancelled"
    ended = door.hand_in(to, "E agora?")
    assert ended["state"] == "refused"
    assert door.vez.get("ana", f"{TICKETS}/{dispute['id']}/messages")["items"] == []
    wait_until(
        lambda: [m for m in door.vez.mail() if m["subject"].startswith("Seu e-mail não entrou")], "Ana to be told"
    )


def test_a_mail_to_the_intake_address_is_a_draft_of_its_writer(door: Open) -> None:
    subject = f"Conta errada {new_id()[-6:]}"
    assert door.hand_in("ajuda@vez.test", "Cobraram duas vezes", subject=subject)["reason"] == "unproven"
    ended = door.hand_in("ajuda@vez.test", "Cobraram duas vezes", subject=subject, Authentication_Results=TRUSTED)
    assert (ended["state"], ended["reason"]) == ("taken", "draft")
    draft = door.vez.ticket("ana", ended["ticket_id"])
    assert (draft["status"], draft["subject"], draft["description"]) == ("draft", subject, "Cobraram duas vezes")
