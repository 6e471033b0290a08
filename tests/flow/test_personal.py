"""A person's data as one archive, and a person erased in every service, on a running system, by the commands."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from shared.contracts.topology import SERVICES
from tests.flow.test_files import CONTENT
from tests.support.stack import Stack, command
from tests.support.waiting import wait_until

DISPUTE = {"invoice": "424242", "amount": "99.90", "reason": "duplicate"}
TRACES = ("Quixaba", "zenaide", "Zenaide", "424242")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=240)


def somebody(vez: Stack) -> Any:
    """A client who can sign in; tests of this folder leave Ana as she is."""
    body = {
        "name": "Zenaide Quixaba", "email": "zenaide@cliente.test", "kind": "customer", "profiles": ["client"],
        "password": "turn after turn",
    }  # fmt: skip
    answer = vez.post("admin", "/api/identity/v1/people", body)
    assert answer.status_code == 201, answer.text
    signing = {"username": "zenaide@cliente.test", "password": "turn after turn"}
    answer_in = vez.client.post("/api/identity/v1/tokens", json=signing)
    assert answer_in.status_code == 200, answer_in.text
    vez.is_signed_in("zenaide", answer_in.json()["access_token"])
    return answer.json()


def file_of(vez: Stack, ticket: Any) -> str:
    """A stored file that she brought to her ticket; its id."""
    sent = vez.client.post(
        f"/api/attachments/v1/tickets/{ticket['id']}/attachments",
        params={"name": "quixaba.pdf"},
        content=CONTENT,
        headers=vez.bearer("zenaide") | {"Content-Type": "application/pdf"},
    )
    assert sent.status_code == 202, sent.text
    path = f"/api/attachments/v1/attachments/{sent.json()['id']}"
    wait_until(lambda: vez.get("zenaide", path)["state"] == "stored", "her file to be stored")
    return str(sent.json()["id"])


def ends(said: str) -> list[str]:
    """When each service was done, by its receipt."""
    return [line.rpartition(", done ")[2] for line in said.splitlines()]


def test_a_person_is_given_everything_and_then_erased_everywhere(vez: Stack, tmp_path: Path) -> None:
    person = somebody(vez)
    ticket = vez.submit("zenaide", "billing_dispute", DISPUTE, subject="Conta da Zenaide")
    vez.post("zenaide", f"/api/ticket/v1/tickets/{ticket['id']}/messages", {"body": "Moro na rua Quixaba"})
    file = file_of(vez, ticket)

    archive = tmp_path / "zenaide.zip"
    given = run("person", "export", person["email"], "-o", str(archive), "--url", vez.url)
    assert given.returncode == 0, given.stdout + given.stderr
    with ZipFile(archive) as opened:
        assert opened.testzip() is None
        manifest = json.loads(opened.read("manifest.json"))
        (told,) = json.loads(opened.read("ticket/tickets.json"))
        assert opened.read(f"files/{file}/quixaba.pdf") == CONTENT
        assert json.loads(opened.read("identity/person.json"))[0]["name"] == "Zenaide Quixaba"
    assert set(manifest["items"]) == set(SERVICES)
    assert (manifest["files"], manifest["unreadable_files"]) == (1, [])
    assert (told["subject"], told["messages"][0]["body"]) == ("Conta da Zenaide", "Moro na rua Quixaba")

    erased = run("person", "erase", person["email"], "--yes", "--url", vez.url)
    assert erased.returncode == 0, erased.stdout + erased.stderr
    assert [line.split()[1] for line in erased.stdout.splitlines()] == [f"{service}:" for service in SERVICES]
    for service, what in (("attachments", "files"), ("notify", "tickets")):
        path = f"/api/{service}/v1/people/{person['id']}/erasure"
        wait_until(lambda path=path, what=what: vez.get("admin", path)["counts"].get(what) == 1, f"her {what} to go")
    assert vez.client.get("/api/ticket/v1/tickets", headers=vez.bearer("zenaide")).status_code == 401
    shown = vez.ticket("admin", ticket["id"])
    assert (shown["number"], shown["subject"], shown["stage"]["code"]) == (ticket["number"], "", "triage")

    again = run("person", "export", person["id"], "-o", str(tmp_path / "after.zip"), "--url", vez.url)
    assert again.returncode == 0, again.stderr
    with ZipFile(tmp_path / "after.zip") as opened:
        left = "".join(opened.read(name).decode() for name in opened.namelist())
    assert not [trace for trace in TRACES if trace in left]
    once_more, twice_more = (run("person", "erase", person["id"], "--yes", "--url", vez.url) for _ in range(2))
    assert once_more.stdout == twice_more.stdout
    assert ends(once_more.stdout) == ends(erased.stdout)

    verified = run("audit", "verify", "--data", str(vez.folder / "data"))
    assert verified.returncode == 0, verified.stdout + verified.stderr
