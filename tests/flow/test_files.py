"""A file goes straight to the object store through the one origin, is checked, shown, fetched and removed."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

from tests.support.stack import Stack
from tests.support.waiting import wait_until

DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
ATTACHMENTS = "/api/attachments/v1"
CONTENT = b"%PDF-1.4\n" + b"0123456789abcdef" * 70_000 + b"\n%%EOF\n"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture
def ticket(vez: Stack) -> Any:
    return vez.submit("ana", "billing_dispute", DISPUTE, "Com arquivos")


def send(vez: Stack, ticket: Any, name: str, content: bytes) -> str:
    """Announce, send each part to its address, complete; the id of what is checked now."""
    body = {"ticket_id": ticket["id"], "name": name, "size": len(content), "content_type": "application/pdf"}
    upload = vez.post("ana", f"{ATTACHMENTS}/uploads", body)
    assert upload.status_code == 201, upload.text
    parts, at = [], 0
    for part in upload.json()["parts"]:
        assert part["url"].startswith(f"{vez.url}/"), "no request leaves the origin"
        answer = httpx.put(part["url"], content=content[at : at + part["size"]])
        assert answer.status_code == 200, answer.text
        parts.append({"number": part["number"], "etag": answer.headers["etag"].strip('"')})
        at += part["size"]
    path = f"{ATTACHMENTS}/uploads/{upload.json()['id']}/complete"
    done = vez.post("ana", path, {"parts": parts})
    assert (done.status_code, done.json()["state"]) == (202, "checking"), done.text
    return str(done.json()["id"])


def settled(vez: Stack, id: str) -> Any:
    """The file, once its check came to an end."""

    def found() -> Any:
        file = vez.get("ana", f"{ATTACHMENTS}/attachments/{id}")
        return file if file["state"] in ("stored", "rejected") else None

    return wait_until(found, f"file {id} to be checked")


def test_a_file_is_sent_checked_read_by_link_and_raises_the_tickets_version(vez: Stack, ticket: Any) -> None:
    before = vez.ticket("ana", ticket["id"])["version"]
    file = settled(vez, send(vez, ticket, "fatura-março.pdf", CONTENT))
    assert (file["state"], file["content_type"]) == ("stored", "application/pdf")
    assert file["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    listed = vez.get("bruno", f"{ATTACHMENTS}/tickets/{ticket['id']}/attachments")["items"]
    assert [(f["id"], f["name"]) for f in listed] == [(file["id"], "fatura-março.pdf")]
    path = f"{ATTACHMENTS}/attachments/{file['id']}"
    whole = vez.client.get(f"{path}/content", headers=vez.bearer("bruno"))
    assert (whole.status_code, whole.content) == (200, CONTENT)
    span = vez.client.get(f"{path}/content", headers=vez.bearer("bruno") | {"Range": "bytes=9-24"})
    assert (span.status_code, span.content) == (206, b"0123456789abcdef")
    link = vez.post("bruno", f"{path}/link", None)
    assert link.status_code == 200, link.text
    fetched = httpx.get(link.json()["url"])
    assert (fetched.status_code, fetched.content) == (200, CONTENT)
    assert fetched.headers["content-disposition"].startswith("attachment")
    wait_until(lambda: vez.ticket("ana", ticket["id"])["version"] > before, "the ticket's version to rise")
    assert vez.client.get(path, headers=vez.bearer("bia")).status_code == 404


def test_a_refused_file_is_read_by_nobody_and_its_sender_is_told_why(vez: Stack, ticket: Any) -> None:
    file = settled(vez, send(vez, ticket, "conta.pdf", EICAR))
    assert (file["state"], file["reason"]) == ("rejected", "Um vírus foi encontrado neste arquivo")
    path = f"{ATTACHMENTS}/attachments/{file['id']}/content"
    assert vez.client.get(path, headers=vez.bearer("ana")).status_code == 409
    assert vez.client.get(path, headers=vez.bearer("bruno")).status_code == 404

    def told() -> list[Any]:
        items = vez.get("ana", "/api/notify/v1/notifications")["items"]
        return [n for n in items if n["ticket"] and n["ticket"]["id"] == ticket["id"] and "conta.pdf" in n["title"]]

    assert "vírus" in wait_until(told, "Ana to be told")[0]["body"]


def test_on_an_attendants_turn_a_client_adds_and_does_not_remove(vez: Stack, ticket: Any) -> None:
    file = settled(vez, send(vez, ticket, "a.pdf", CONTENT[:100]))
    path = f"{ATTACHMENTS}/attachments/{file['id']}"
    refused = vez.client.delete(path, headers=vez.bearer("ana") | {"If-Match": "*"})
    assert refused.status_code == 409, refused.text
    removed = vez.client.delete(path, headers=vez.bearer("bruno") | {"If-Match": f'"{file["version"]}"'})
    assert removed.status_code == 204, removed.text
    assert vez.client.get(path, headers=vez.bearer("ana")).status_code == 404
