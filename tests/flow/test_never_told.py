"""What a side may not see never leaves the server for it: not by any endpoint, page, mail, stream or error text.

Words that exist nowhere else are planted where only attendants may read; then everything that Ana can reach is read.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from shared.contracts.topology import SERVICES
from shared.ids import new_id
from tests.support.stack import PASSWORD, Stack
from tests.support.waiting import wait_until

TICKETS: Final = "/api/ticket/v1/tickets"
DISPUTE: Final = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
VALUE, NOTE, TIME, REASON, FILE, PHOTO = CANARIES = (
    "quetzalvalor",
    "quetzalnota",
    "quetzaltempo",
    "quetzalmotivo",
    "quetzalarquivo",
    "quetzalfoto",
)
"""In an invisible parameter, an internal note, a time entry, a transfer's reason, an internal file and its name, and in
a file, and its name, that answers a parameter which the stage does not show her."""
PAGES_MOST: Final = 60
SEAL: Final = re.compile(r'name="seal" value="([^"]*)"')
LINK: Final = re.compile(r'(?:href|hx-get|src)="(/[^"#]*)"')


@dataclass
class Planted:
    """Ana's tickets with the canaries in them, the versions that she saw before, and what her live stream said.

    `files`: the file with a canary of each ticket.
    """

    id: str
    seen: int
    repair: str
    repair_seen: int
    files: dict[str, str] = field(default_factory=dict)
    heard: bytearray = field(default_factory=bytearray)


@pytest.fixture
def planted(vez: Stack) -> Iterator[Planted]:
    """Canaries on Ana's ticket, which comes to be hers to decide on; her screen is open meanwhile."""
    id = vez.submit("ana", "billing_dispute", DISPUTE, "Cobrança em dobro")["id"]
    repair = vez.submit("ana", "equipment_repair", {"under_warranty": False}, "Tela quebrada")["id"]
    found = Planted(id, vez.ticket("ana", id)["version"], repair, vez.ticket("ana", repair)["version"])
    with listening(vez, found):
        vez.act("bruno", id, "advance", {"transition": "analyse"})
        vez.act("carla", id, "take")
        vez.act("carla", id, "transfer", {"to": "davi@atende.test", "reason": REASON})
        good(vez.post("davi", f"{TICKETS}/{id}/messages", {"body": f"{NOTE} ana", "visibility": "internal"}))
        found.files[id] = filed(vez, "davi", id, f"{FILE}.txt", f"{FILE}\n".encode(), internal="true")
        send_a_photo_inside(vez, found)
        good(vez.post("davi", f"{TICKETS}/{id}/time-entries", {"minutes": 5, "note": TIME}))
        given = {"parameters": {"root_cause": VALUE, "refund": "12.00"}}
        good(vez.client.patch(f"{TICKETS}/{id}", json=given, headers=vez.bearer("davi") | {"If-Match": "*"}))
        good(vez.post("davi", f"{TICKETS}/{id}/understandings", {"body": "Devolver"}))
        vez.act("davi", id, "advance", {"transition": "propose"})
        assert VALUE in vez.client.get(f"{TICKETS}/{id}", headers=vez.bearer("davi")).text, "it is really there"
        yield found


def filed(vez: Stack, who: str, id: str, name: str, content: bytes, **facts: str) -> str:
    """An attendant adds a file, which is stored; its id."""
    path = f"/api/attachments/v1/tickets/{id}/attachments"
    sent = vez.bearer(who) | {"Content-Type": "application/octet-stream"}
    answer = vez.client.post(path, params={"name": name, **facts}, content=content, headers=sent)
    good(answer)
    file = str(answer.json()["id"])

    def is_stored() -> bool:
        return any(f["id"] == file and f["state"] == "stored" for f in vez.get(who, path)["items"])

    wait_until(is_stored, f"{name} to be stored")
    return file


def send_a_photo_inside(vez: Stack, found: Planted) -> None:
    """Bruno answers a parameter with a file where the stage shows it to attendants alone; then Ana is to decide."""
    id = found.repair
    vez.act("bruno", id, "advance", {"transition": "send"})
    photo = b"%PDF-1.4\n" + PHOTO.encode() + b"\n%%EOF\n"
    file = found.files[id] = filed(vez, "bruno", id, f"{PHOTO}.pdf", photo, parameter="photos")
    given = {"parameters": {"photos": [file], "parts": [{"name": "Tela", "price": "10.00"}]}}

    def is_taken() -> bool:
        sent = vez.bearer("bruno") | {"If-Match": "*"}
        return vez.client.patch(f"{TICKETS}/{id}", json=given, headers=sent).is_success

    wait_until(is_taken, "the file to be known as stored")
    vez.act("bruno", id, "advance", {"transition": "back"})


def good(answer: httpx.Response) -> None:
    assert answer.is_success, answer.text


@contextmanager
def listening(vez: Stack, found: Planted) -> Iterator[None]:
    """Ana's live stream, kept for the length of a block."""
    given = vez.post("ana", "/api/notify/v1/stream-tickets", {"tickets": [found.id]}).json()

    def listen() -> None:
        address = urljoin(vez.url, given["stream"])
        try:
            with httpx.stream("GET", address, headers=vez.bearer("ana"), timeout=None) as answer:
                for chunk in answer.iter_raw():
                    found.heard.extend(chunk)
        except httpx.TransportError:
            return

    threading.Thread(target=listen, daemon=True).start()
    yield


def told(text: str) -> list[str]:
    """The canaries in a text."""
    return [canary for canary in CANARIES if canary in text.lower()]


def test_what_the_client_may_not_see_never_leaves_the_server_for_them(vez: Stack, planted: Planted) -> None:
    wrong = [*by_endpoints(vez, planted), *by_refusals(vez, planted), *by_search(vez), *by_pages(vez, planted)]
    wrong += [*by_mail(vez), *by_stream(planted)]
    assert wrong == []


# ---- the ways out ----------------------------------------------------------------------------------------------------


def by_endpoints(vez: Stack, planted: Planted) -> Iterator[str]:
    """Every GET of every service, as its own document lists them."""
    read = 0
    for service in SERVICES:
        document = vez.get("ana", f"/api/{service}/v1/openapi.json")
        paths = [p for p, operations in document["paths"].items() if "get" in operations]
        for path, (ticket, file) in itertools.product(paths, planted.files.items()):
            answer = vez.client.get(f"/api/{service}{placed(path, ticket, file)}", headers=vez.bearer("ana"))
            read += answer.is_success
            yield from (f"GET {path}: {canary}" for canary in told(answer.text))
    assert read > 40, "most of them answered"


def placed(path: str, ticket: str, file: str) -> str:
    """A path of a document with its places filled."""
    prefixed = path if path.startswith("/v1") else f"/v1{path}"
    filled = prefixed.replace("{ticket_id}", ticket).replace("{attachment_id}", file)
    return re.sub(
        r"\{[a-z_]*(id|number)\}", lambda m: new_id() if m.group(1) == "id" else "1", re.sub(CODE, "x", filled)
    )


CODE: Final = re.compile(r"\{(code|key|name|kind|token)\}")


def by_refusals(vez: Stack, planted: Planted) -> Iterator[str]:
    """Error texts, with what a stale decision is refused with among them."""
    path, ana = f"{TICKETS}/{planted.id}", vez.bearer("ana")
    tried = {
        "change": vez.client.patch(path, json={"parameters": {"root_cause": "x"}}, headers=ana | {"If-Match": "*"}),
        "advance": vez.post("ana", f"{path}/advance", {"transition": "propose"}, match="*"),
        "decide": vez.post("ana", f"{path}/decision", {"outcome": "approved"}, match=planted.seen),
        "note": vez.post("ana", f"{path}/messages", {"body": "x", "visibility": "internal"}),
        "decide on the repair": vez.post(
            "ana", f"{TICKETS}/{planted.repair}/decision", {"outcome": "approved"}, match=planted.repair_seen
        ),
        "fetch": vez.post("ana", f"/api/attachments/v1/attachments/{planted.files[planted.repair]}/link", None),
    }
    assert [answer.status_code >= 400 for answer in tried.values()] == [True] * len(tried)
    changed = {c["field"]["code"] for c in tried["decide"].json()["changes"] if c["part"] == "parameter"}
    assert changed == {"refund"}, "what she may see of the change is told"
    assert [c["part"] for c in tried["decide on the repair"].json()["changes"]] == ["parameter"], "the parts alone"
    for name, answer in tried.items():
        yield from (f"{name} refused: {canary}" for canary in told(answer.text))


def by_search(vez: Stack) -> Iterator[str]:
    """A search for the words themselves finds nothing."""
    for canary in CANARIES:
        if vez.get("ana", TICKETS, q=canary)["items"]:
            yield f"searching for {canary} finds the ticket"


def by_pages(vez: Stack, planted: Planted) -> Iterator[str]:
    """The portal's pages, from the first one and the ticket's as far as links go."""
    with httpx.Client(base_url=vez.url, follow_redirects=True, timeout=20) as browser:
        seal = SEAL.findall(browser.get("/sign-in").text)[0]
        good(browser.post("/sign-in", data={"seal": seal, "username": "ana@cliente.test", "password": PASSWORD}))
        beginnings = ["/", f"/tickets/{planted.id}", f"/tickets/{planted.repair}"]
        waiting, known = deque(beginnings), set(beginnings)
        read = set[str]()
        while waiting and len(read) < PAGES_MOST:
            path = waiting.popleft()
            answer = browser.get(path)
            read.add(path)
            yield from (f"page {path}: {canary}" for canary in told(answer.text))
            for link in LINK.findall(answer.text if "html" in answer.headers.get("content-type", "") else ""):
                place = link.replace("&amp;", "&")
                if place not in known and not urlsplit(place).path.startswith(("/assets", "/static", "/api", "/dev")):
                    known.add(place)
                    waiting.append(place)
        assert len(read) > 3, read
        assert planted.id in browser.get(f"/tickets/{planted.id}").text, "she really reads the ticket's page"


def by_mail(vez: Stack) -> Iterator[str]:
    """What was mailed to her, once she was asked to decide."""
    hers = wait_until(
        lambda: [m for m in vez.mail() if m["to"] == "ana@cliente.test" and "Cobrança em dobro" in str(m)],
        "Ana to be mailed",
    )
    for message in hers:
        html = vez.client.get(f"/dev/mail/{message['id']}/html").text
        yield from (f"mail {message['subject']}: {canary}" for canary in told(f"{message}{html}"))


def by_stream(planted: Planted) -> Iterator[str]:
    """What her open screen heard."""
    wait_until(lambda: planted.id.encode() in planted.heard, "her screen to hear of the ticket")
    yield from (f"stream: {canary}" for canary in told(planted.heard.decode(errors="replace")))
