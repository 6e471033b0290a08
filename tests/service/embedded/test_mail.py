"""The mail sink: a real SMTP conversation in, a page and JSON out."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from vez.embedded import child, mail_page, sink
from vez.embedded.folder import Folder
from vez.embedded.mailbox import PRUNE_EVERY, Mailbox, read

BROKEN = (b"", b"\xff\xfe\x00", b"Subject: =?utf-8?q?=ff?=\r\n\r\nx", b"Content-Type: x/y; charset=no\n\nz")
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


def a_mail(to: str = "ana@cliente.test", subject: str = "Olá, é a sua vez") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Vez <vez@localhost>"
    mail["To"] = f"Ana Souza <{to}>"
    mail["Subject"] = subject
    mail["List-Id"] = "<vez.localhost>"
    mail.set_content("Agora é com você.\n")
    mail.add_alternative("<p>Agora é com <b>você</b>.</p><script>alert(1)</script>", subtype="html")
    return mail


def test_pictures_that_a_letter_carries_are_shown_in_place(mailbox: Mailbox, page: FlaskClient) -> None:
    mail = a_mail()
    html = mail.get_payload()[-1]  # type: ignore[index]
    html.set_content('<p><img src="cid:vez.png@vez"><img src="cid:none@vez"></p>', subtype="html")
    html.add_related(b"\x89PNG", "image", "png", cid="<vez.png@vez>")
    mailbox.keep(read(mail.as_bytes(), "vez@localhost", ["ana@cliente.test"]))
    shown = page.get(f"/dev/mail/{items(page)[0]['id']}/html").text
    assert shown.count('src="data:image/png;base64,iVBORw=="') == 1
    assert 'src="cid:none@vez"' in shown


def items(page: FlaskClient, query: str = "") -> list[Any]:
    """What the page lists as JSON."""
    answer = page.get(f"/dev/mail{query}", headers={"Accept": "application/json"})
    assert answer.json is not None
    return list(answer.json["items"])


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    (tmp_path / "mail").mkdir()
    return Mailbox(tmp_path / "mail")


@pytest.fixture
def page(mailbox: Mailbox) -> FlaskClient:
    return mail_page.create_app(mailbox, "http://vez.test:8000").test_client()


@pytest.fixture
def port(tmp_path: Path, mailbox: Mailbox) -> Iterator[int]:
    """The sink as a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        pid = child.fork(
            lambda: sink.take_mail(Folder(tmp_path), taken), log=tmp_path / "sink.log", keep=[taken.fileno()]
        )
        yield taken.getsockname()[1]
        os.kill(pid, signal.SIGTERM)
        assert child.wait(pid, 5) == 0, (tmp_path / "sink.log").read_text()


def test_what_is_sent_over_smtp_is_shown_as_json(port: int, page: FlaskClient) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.send_message(a_mail(), to_addrs=["ana@cliente.test", "bia@cliente.test"])
    (item,) = items(page)
    assert item["from"] == "vez@localhost"
    assert item["to"] == "ana@cliente.test, bia@cliente.test"
    assert item["subject"] == "Olá, é a sua vez"
    assert item["text"].strip() == "Agora é com você."
    assert "<b>você</b>" in item["html"]
    assert item["headers"]["List-Id"] == "<vez.localhost>"
    assert {"id", "received_at"} <= item.keys()


def test_several_messages_in_one_conversation_come_newest_first(port: int, page: FlaskClient) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        for number in range(3):
            smtp.send_message(a_mail(subject=str(number)))
    assert [item["subject"] for item in items(page)] == ["2", "1", "0"]


def test_a_message_beyond_the_bound_is_refused_and_the_next_is_taken(port: int, mailbox: Mailbox) -> None:
    huge = a_mail()
    huge.add_attachment(b"\0" * (sink.SIZE_LIMIT + 1), maintype="application", subtype="octet-stream")
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
        with pytest.raises(smtplib.SMTPException):
            smtp.send_message(huge)
        smtp.rset()
        smtp.send_message(a_mail())
    assert len(mailbox.newest(10)) == 1


def test_messages_are_there_after_a_restart_and_the_oldest_go(mailbox: Mailbox) -> None:
    mailbox.kept = 20
    for number in range(2 * PRUNE_EVERY + 30):
        mailbox.keep(read(bytes(a_mail(subject=str(number))), "a@b.test", ["c@d.test"]))
    again = Mailbox(mailbox.folder)
    assert again.newest(1)[0].subject == str(2 * PRUNE_EVERY + 29)
    assert 20 <= len(again.newest(1000)) <= 20 + PRUNE_EVERY


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_message_is_kept_as_well_as_it_can_be(mailbox: Mailbox, content: bytes) -> None:
    mailbox.keep(read(content, "", []))
    assert len(mailbox.newest(10)) == 1


def test_the_page_shows_text_and_never_runs_what_a_mail_brings(mailbox: Mailbox, page: FlaskClient) -> None:
    mailbox.keep(read(bytes(a_mail(subject="<img src=x onerror=alert(1)>")), "a@b.test", ["c@d.test"]))
    shown = page.get("/dev/mail")
    assert "&lt;img src=x" in shown.text
    assert "<img" not in shown.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    html = page.get(f"/dev/mail/{mailbox.newest(1)[0].id}/html")
    assert html.headers["Content-Security-Policy"].startswith("sandbox;")


def test_messages_can_be_narrowed_to_one_address(mailbox: Mailbox, page: FlaskClient) -> None:
    for to in ("ana@cliente.test", "bia@cliente.test"):
        mailbox.keep(read(bytes(a_mail(to)), "vez@localhost", [to]))
    found = items(page, "?to=bia@cliente.test")
    assert [item["to"] for item in found] == ["bia@cliente.test"]


@pytest.mark.parametrize(("host", "status"), [("vez.test:8000", 200), ("127.0.0.1:8000", 200), ("evil.test", 403)])
def test_a_foreign_name_that_leads_here_reads_nothing(page: FlaskClient, host: str, status: int) -> None:
    assert page.get("/dev/mail", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("id", ["no", "..%2f..%2fsecrets", "01a20fec-9581-770d-afc3-5f94792c489e"])
def test_a_message_that_is_not_there_is_not_found(page: FlaskClient, id: str) -> None:
    assert page.get(f"/dev/mail/{id}/html").status_code == 404
