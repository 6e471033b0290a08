"""Files on a ticket's page: with the message that they were sent with, and which of them the reader takes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.portal import sheet
from services.portal.controls import Control
from services.portal.shapes import Attachment, Message, Person
from services.portal.thread import thread
from tests.unit.portal.builders import ANA, ATTENDANT, CLIENT, a_ticket, ago
from tests.unit.portal.town import TICKET_ID, Town

LETTER = Attachment(id="f1", name="carta.pdf", message_id="m1")


def a_message(id: str, hours: float) -> Message:
    return Message(id=id, author=ANA, body="Segue a carta", created_at=ago(hours=hours))


@pytest.mark.usefixtures("pt")
def test_a_file_stands_with_its_message() -> None:
    other = Attachment(id="f2", name="foto.png")
    said = thread([a_message("m1", 2), a_message("m2", 1)], [], a_ticket(), CLIENT, [LETTER, other])
    assert [each.files for each in said] == [(LETTER,), ()]


def shown(town: Town, client: FlaskClient, **file: Any) -> str:
    """The page of a ticket with one message of its client's, and one file."""
    path = f"/v1/tickets/{TICKET_ID}"
    at = "2026-03-02T12:00:00Z"
    message = {"id": "m1", "author": {"id": "x", "name": "Ana"}, "body": "Segue", "visibility": "public"}
    town.answers[f"ticket GET {path}/messages"] = {"items": [{**message, "created_at": at}], "next_cursor": None}
    facts = {"id": TICKET_ID, "name": "carta.pdf", "state": "stored", "created_at": at, "message_id": None}
    found = {"items": [{**facts, "author": {"id": "x", "name": "Ana"}, **file}], "next_cursor": None}
    town.answers[f"attachments GET {path}/attachments"] = found
    return client.get(f"/tickets/{TICKET_ID}").text


def test_the_page_links_a_messages_files_below_it(town: Town, bruno: FlaskClient) -> None:
    def in_thread(page: str) -> str:
        return page.partition('id="thread"')[2].partition("</ol>")[0]

    assert "carta.pdf" in in_thread(shown(town, bruno, message_id="m1"))
    assert "carta.pdf" not in in_thread(shown(town, bruno))


def removable(ticket_allows: list[str], reader: Any, *, value: str = "") -> list[str]:
    """The ids of those files that the reader may take out; `value` is that of a parameter that is read only."""
    files = [
        Attachment(id="hers", name="a.pdf", author=ANA),
        Attachment(id="his", name="b.pdf", author=Person(id="bruno", name="Bruno Alves")),
        Attachment(id="unchecked", name="c.pdf", author=ANA, state="checking"),
    ]
    lists: dict[str, Any] = {"steps": [], "spells": [], "messages": [], "understandings": [], "files": files}
    made = sheet.make(a_ticket(actions=ticket_allows), reader, None, **lists)
    facts = [Control(name="p-proof", code="proof", kind="file", label="Comprovante", read_only=True, chosen=(value,))]
    shown = replace(made, facts=facts if value else [])
    return [file.id for file in files if shown.may_remove(file)]


@pytest.mark.usefixtures("pt")
def test_a_client_takes_out_what_they_added_and_the_holder_any_file() -> None:
    assert removable(["remove_file"], CLIENT) == ["hers", "unchecked"]
    assert removable(["remove_file"], ATTENDANT) == ["hers", "his", "unchecked"]
    assert removable(["attach"], CLIENT) == ["unchecked"]
    assert removable(["attach"], ATTENDANT) == []


@pytest.mark.usefixtures("pt")
def test_a_value_that_is_read_only_keeps_its_file() -> None:
    assert removable(["remove_file"], CLIENT, value="hers") == ["unchecked"]
