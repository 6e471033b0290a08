"""Hostile and broken files: each gets its own reason, is readable by nobody, and leaves nothing behind."""

from __future__ import annotations

import httpx
import pytest

from services.attachments.rules import reasons
from services.attachments.rules.sniffing import EICAR
from tests.service.attachments import samples
from tests.service.attachments.world import Caller, Ticket, World, put_all, sha256

OFFICE = "application/vnd.openxmlformats-officedocument"
HOSTILE = [
    ("a.txt", EICAR, reasons.VIRUS),
    ("a.zip", samples.packed({"eicar.com": EICAR}), reasons.VIRUS),
    ("a.pdf", samples.EXE, reasons.WRONG_TYPE),
    ("a.txt", samples.HTML, reasons.WRONG_TYPE),
    ("a.txt", b"\x01\x02\x03\x04" * 20, reasons.UNKNOWN_TYPE),
    ("a.png", samples.PDF, reasons.WRONG_ENDING),
    ("a.pdf", samples.png(), reasons.WRONG_ENDING),
    ("a.svg", samples.SVG.replace(b"<rect", b"<script>alert(1)</script><rect"), reasons.ACTIVE_IMAGE),
    ("a.svg", samples.SVG.replace(b"<rect", b"<rect onload='alert(1)'"), reasons.ACTIVE_IMAGE),
    ("a.png", samples.SVG, reasons.WRONG_ENDING),
    ("a.png", samples.png(60_000, 60_000), reasons.HUGE_IMAGE),
    ("a.jpg", samples.jpeg(60_000, 60_000), reasons.HUGE_IMAGE),
    ("a.jpg", b"\xff\xd8\xff\xe0\0", reasons.BROKEN_IMAGE),
    ("a.gif", samples.two_in_one(samples.GIF), reasons.TWO_IN_ONE),
    ("a.pdf", samples.two_in_one(samples.PDF), reasons.TWO_IN_ONE),
    ("a.png", samples.png() + b"<script>alert(1)</script>", reasons.TWO_IN_ONE),
    ("a.jpg", samples.two_in_one(samples.jpeg()), reasons.TWO_IN_ONE),
    ("a.jpg", samples.jpeg() + b"<?php system($_GET[0]); ?>", reasons.TWO_IN_ONE),
    ("a.pdf", b"%PDF-1.4\n<html><script>alert(1)</script></html>", reasons.TWO_IN_ONE),
    ("a.zip", samples.EXE + samples.packed({"a.txt": b"x"}), reasons.TWO_IN_ONE),
    ("a.gif", samples.GIF[:13] + b"%PDF-1.4" + samples.GIF[13:], reasons.TWO_IN_ONE),
    ("a.zip", samples.bomb(60), reasons.HUGE_ARCHIVE),
    ("a.zip", samples.crowded(1001), reasons.CROWDED_ARCHIVE),
    ("a.zip", samples.nested(3), reasons.DEEP_ARCHIVE),
    ("a.zip", samples.packed({"../../etc/passwd": b"x"}), reasons.ESCAPING_ARCHIVE),
    ("a.zip", samples.packed({"/etc/passwd": b"x"}), reasons.ESCAPING_ARCHIVE),
    ("a.zip", samples.symlink(), reasons.ESCAPING_ARCHIVE),
    ("a.zip", samples.locked(), reasons.LOCKED),
    ("a.zip", samples.overlapping(900), reasons.HUGE_ARCHIVE),
    ("a.xlsx", samples.office("xl/", vba={"xl/vbaProject.bin": b"x"}), reasons.MACROS),
    ("a.doc", samples.ole("EncryptedPackage"), reasons.LOCKED),
    ("a.zip", samples.lying(), reasons.BROKEN_ARCHIVE),
    ("a.zip", samples.packed({"a.txt": b"x" * 500})[:-30], reasons.BROKEN_ARCHIVE),
    ("a.docx", samples.office(vba={"word/vbaProject.bin": b"x"}), reasons.MACROS),
    ("a.xls", samples.ole("Workbook", "_VBA_PROJECT"), reasons.MACROS),
    ("a.docx", samples.packed({"META-INF/MANIFEST.MF": b"", "A.class": b""}), reasons.WRONG_TYPE),
    ("a.jar.txt", samples.packed({"a.txt": b"x"}), reasons.WRONG_ENDING),
]


@pytest.mark.parametrize(("name", "content", "reason"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_is_refused_with_its_reason_and_leaves_nothing(
    world: World, ana: Caller, bruno: Caller, ticket: Ticket, name: str, content: bytes, reason: str
) -> None:
    file = world.file(ana, ticket, name, content)
    assert (file["state"], file["reason"]) == ("rejected", reason)
    for path in ("content", "link"):
        assert ana("POST" if path == "link" else "GET", f"/attachments/{file['id']}/{path}").status_code == 409
    assert bruno("GET", f"/attachments/{file['id']}").status_code == 404
    (event,) = world.said("attachment.rejected")
    assert (event["attachment_id"], event["reason"]) == (file["id"], reason)
    world.tidy()
    assert world.store.keys() == []


GOOD = [
    ("foto.png", samples.png(), "image/png"),
    ("foto.jpg", samples.jpeg(), "image/jpeg"),
    ("foto.jpg", samples.png(), "image/png"),
    ("foto.gif", samples.GIF, "image/gif"),
    ("desenho.svg", samples.SVG, "image/svg+xml"),
    ("conta.pdf", samples.PDF, "application/pdf"),
    ("nota.txt", samples.TEXT, "text/plain"),
    ("nota.txt", "Não é UTF-8".encode("latin-1"), "text/plain"),
    ("dados.csv", b"a;b\n1;2\n", "text/csv"),
    ("tudo.zip", samples.packed({"a.pdf": samples.PDF, "pasta/b.txt": b"b"}, stored=True), "application/zip"),
    ("tudo.zip", samples.nested(2), "application/zip"),
    ("texto.docx", samples.office(), f"{OFFICE}.wordprocessingml.document"),
    ("folha.xlsx", samples.office("xl/"), f"{OFFICE}.spreadsheetml.sheet"),
    ("texto.odt", samples.open_document(), "application/vnd.oasis.opendocument.text"),
    ("velho.doc", samples.ole("WordDocument"), "application/msword"),
    ("velho.xls", samples.ole("Workbook"), "application/vnd.ms-excel"),
    ("sem-fim", samples.PDF, "application/pdf"),
]


@pytest.mark.parametrize(("name", "content", "kind"), GOOD, ids=range(len(GOOD)))
def test_an_honest_file_is_stored_as_what_it_is(
    world: World, ana: Caller, ticket: Ticket, name: str, content: bytes, kind: str
) -> None:
    file = world.file(ana, ticket, name, content)
    assert (file["state"], file["reason"], file["content_type"]) == ("stored", None, kind)


def test_what_arrives_is_held_against_what_was_announced(world: World, ana: Caller, ticket: Ticket) -> None:
    for more, content, reason in (
        ({"sha256": "0" * 64}, samples.TEXT, reasons.WRONG_HASH),
        ({"content_type": "image/png"}, samples.TEXT, reasons.WRONG_DECLARATION),
    ):
        file = world.file(ana, ticket, "a.txt", content, **more)
        assert (file["state"], file["reason"]) == ("rejected", reason)
    good = world.file(ana, ticket, "a.txt", samples.TEXT, sha256=sha256(samples.TEXT).upper())
    assert good["state"] == "stored"


@pytest.mark.parametrize(
    ("sent", "reason"), [(b"", reasons.TOO_SHORT), (b"123", reasons.TOO_SHORT), (b"1" * 50, reasons.TOO_LONG)]
)
def test_a_wrong_length_is_refused(world: World, ana: Caller, ticket: Ticket, sent: bytes, reason: str) -> None:
    upload = world.announce(ana, ticket, "a.txt", 10).json
    etag = httpx.put(upload["parts"][0]["url"], content=sent).headers["etag"]
    done = ana("POST", f"/uploads/{upload['id']}/complete", {"parts": [{"number": 1, "etag": etag}]})
    assert done.status_code == 202
    world.check(upload["id"])
    assert ana("GET", f"/attachments/{upload['id']}").json["reason"] == reason


def test_a_part_that_never_came_is_refused(world: World, ana: Caller, ticket: Ticket) -> None:
    upload = world.announce(ana, ticket, "a.txt", 10).json
    ana("POST", f"/uploads/{upload['id']}/complete", {"parts": [{"number": 1, "etag": "x"}]})
    world.check(upload["id"])
    assert ana("GET", f"/attachments/{upload['id']}").json["reason"] == reasons.TOO_SHORT


def test_a_part_that_is_replaced_after_the_completion_is_refused(world: World, ana: Caller, ticket: Ticket) -> None:
    upload = world.announce(ana, ticket, "a.txt", len(samples.TEXT)).json
    parts = put_all(upload, samples.TEXT)
    ana("POST", f"/uploads/{upload['id']}/complete", {"parts": parts})
    httpx.put(upload["parts"][0]["url"], content=samples.TEXT[::-1])
    world.check(upload["id"])
    assert ana("GET", f"/attachments/{upload['id']}").json["reason"] == reasons.CHANGED


def test_a_part_that_is_replaced_after_the_check_changes_nothing_and_is_swept(
    world: World, ana: Caller, ticket: Ticket
) -> None:
    upload = world.announce(ana, ticket, "a.txt", len(samples.TEXT)).json
    ana("POST", f"/uploads/{upload['id']}/complete", {"parts": put_all(upload, samples.TEXT)})
    world.check(upload["id"])
    world.tidy()
    httpx.put(upload["parts"][0]["url"], content=samples.HTML)
    assert ana("GET", f"/attachments/{upload['id']}/content").data == samples.TEXT
    world.sweep()
    digest = sha256(samples.TEXT)
    assert world.store.keys() == [f"files/{digest[:2]}/{digest}"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ana\\conta.txt", "conta.txt"),
        ("fatura\u202etxt.exe.txt", "faturatxt.exe.txt"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("請求書 2026 – é.txt", "請求書 2026 – é.txt"),
        ("فاتورة.txt", "فاتورة.txt"),
        ("x" * 300 + ".txt", "x" * 196 + ".txt"),
    ],
)
def test_names_of_any_script_survive_and_harmful_signs_do_not(
    world: World, ana: Caller, ticket: Ticket, sent: str, kept: str
) -> None:
    file = world.file(ana, ticket, sent, samples.TEXT)
    assert (file["name"], file["state"]) == (kept, "stored")
    answer = ana("GET", f"/attachments/{file['id']}/content")
    told = answer.headers["Content-Disposition"]
    assert told.startswith('attachment; filename="')
    assert told.isascii()
    assert "filename*=UTF-8''" in told
