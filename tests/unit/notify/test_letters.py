"""A letter as a message: headers that keep mail in order, and nothing that a name or a subject could break."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.gateways.composing import (
    Addressed,
    Composer,
    one_line,
    unsubscribe_token,
    unsubscribed_person,
)
from services.notify.gateways.mail import refusal
from services.notify.options import Options
from services.notify.rules.letter import House, Letter, write
from tests.unit.notify.test_words import story, voice

NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
OPTIONS = Options(client_secret="s", mail_from="Vez <avisos@vez.test>", public_url="https://vez.test")
TO = Addressed(("0190-d",), "p", "Ana Souza", "ana@cliente.test", "0190-t", "your_turn")
COMPOSER = Composer(OPTIONS)


def letter(**more: str) -> Letter:
    """A letter."""
    return write(story("your_turn", **more), voice(), House("Rede", "https://vez.test"), name="Ana", now=NOW)


def sent(letter: Letter, to: Addressed = TO) -> EmailMessage:
    """The message as it arrives."""
    message = BytesParser(policy=policy.default).parsebytes(COMPOSER.compose(letter, to, NOW).as_bytes())
    assert isinstance(message, EmailMessage)
    return message


def test_links_and_ids_in_headers_are_never_cut_or_encoded() -> None:
    raw = COMPOSER.compose(letter(), TO, NOW).as_bytes().decode()
    assert "\r\nReferences: <ticket.0190-t@vez.test>\r\n" in raw
    assert (
        f"\r\nList-Unsubscribe: <https://vez.test/api/notify/v1/unsubscribe/{unsubscribe_token(b's', 'p')}>\r\n" in raw
    )


def test_text_comes_before_html_and_pictures_belong_to_the_html() -> None:
    kinds = [part.get_content_type() for part in sent(letter()).walk()]
    assert kinds == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "image/png",
    ]


def test_every_picture_that_the_html_shows_is_in_the_message() -> None:
    message = sent(letter())
    html = message.get_body(("html",))
    assert html is not None
    ids = [part["Content-ID"].strip("<>") for part in message.walk() if part.get_content_type() == "image/png"]
    assert all(f"cid:{id}" in html.get_content() for id in ids)
    assert html.get_content().count("cid:") == len(ids)


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_name_or_subject_breaks_a_message(name: str, subject: str) -> None:
    told = letter(subject=subject, by_name=name)
    message = sent(told, replace(TO, name=name))
    assert message["Message-ID"] == "<0190-d@vez.test>"
    assert message["Bcc"] is None
    assert [a.addr_spec for a in message["To"].addresses] == ["ana@cliente.test"]
    html = message.get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content().replace("&lt;", "")


def test_a_line_break_in_a_name_makes_no_header() -> None:
    message = sent(letter(by_name="Eve\r\nBcc: all@world.test"), replace(TO, name="Ana\nX-Evil: 1"))
    assert message["Bcc"] is None
    assert message["X-Evil"] is None


def test_a_long_subject_stays_one_readable_header() -> None:
    message = sent(letter(number="2026-000123", subject="ção " * 100))
    assert str(message["Subject"]).startswith("Sua vez: Em análise (2026-000123)")
    assert len(one_line("x" * 900)) == 250


def test_without_a_secret_there_is_no_unsubscribe_link() -> None:
    message = Composer(replace(OPTIONS, client_secret="")).compose(letter(), TO, NOW)
    assert message["List-Unsubscribe"] is None


def test_only_our_own_links_unsubscribe() -> None:
    token = unsubscribe_token(b"s", "p")
    assert unsubscribed_person(b"s", token) == "p"
    assert unsubscribed_person(b"t", token) is None
    assert unsubscribed_person(b"", unsubscribe_token(b"", "p")) is None
    assert unsubscribed_person(b"s", "né") is None


@pytest.mark.parametrize(
    ("code", "text", "about", "permanent", "dead"),
    [
        (450, "4.2.1 busy", "recipient", False, False),
        (550, "5.1.1 unknown", "recipient", True, True),
        (550, "no such user", "recipient", True, True),
        (550, "5.7.1 policy", "recipient", True, False),
        (552, "5.2.2 mailbox full", "recipient", True, False),
        (554, "spam", "content", True, False),
        (553, "sender refused", "sender", False, False),
    ],
)
def test_what_a_servers_refusal_means(code: int, text: str, about: str, permanent: bool, dead: bool) -> None:
    outcome = refusal(code, text, about)
    assert (outcome.permanent, outcome.dead_address) == (permanent, dead)
