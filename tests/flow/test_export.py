"""The house's own tickets written as a log, discovered, and played again on the same system as another type."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.stack import Stack, command
from vez.discover.draft import draft
from vez.discover.survey import survey
from vez.logs import open_log

DISPUTE = {"invoice": "123456", "amount": "99.90", "reason": "duplicate"}
ENDINGS = {"xes": "xes.gz", "csv": "csv", "ocel": "json"}


def walked(vez: Stack) -> list[Any]:
    """Three tickets: one that went to and fro and was given up, one that was refused, one that just came in."""
    asked, refused, fresh = (vez.submit("ana", "billing_dispute", DISPUTE, subject=f"Cobrança {n}") for n in range(3))
    vez.act("bruno", asked["id"], "advance", {"transition": "ask", "comment": "Qual fatura?"})
    vez.act("ana", asked["id"], "advance", {"transition": "answer"})
    vez.act("bruno", asked["id"], "advance", {"transition": "ask", "comment": "E o valor?"})
    vez.act("ana", asked["id"], "advance", {"transition": "give_up"})
    vez.act("bruno", refused["id"], "advance", {"transition": "refuse", "comment": "Não procede"})
    return [asked, refused, fresh]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A `vez` command that must end well."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("form", ENDINGS)
def test_an_exported_type_is_discovered_and_replayed_without_a_mismatch(vez: Stack, tmp_path: Path, form: str) -> None:
    tickets = {ticket["number"]: ticket for ticket in walked(vez)}
    path = tmp_path / f"own_{form}.{ENDINGS[form]}"
    run("export", "--format", form, "--type", "billing_dispute", "-o", str(path), "--url", vez.url)

    cases = {case.name: [(event.activity, event.resource) for event in case.events] for case in open_log(path).cases}
    numbers = list(tickets)
    ana = vez.get("ana", "/api/identity/v1/me")["name"]
    bruno = vez.get("bruno", "/api/identity/v1/me")["name"]
    walk = [("Triagem", ana), ("Complementar", bruno), ("Triagem", ana), ("Complementar", bruno)]
    assert cases[numbers[0]] == walk
    assert cases[numbers[1]] == cases[numbers[2]] == [("Triagem", ana)]

    found = draft(survey(open_log(path)))
    assert {p.code for p in found.parameters} >= {"invoice", "amount", "reason"}
    assert ana in found.survey.clients.names
    run("discover", str(path), "-o", str(tmp_path / "catalog.yaml"))
    replayed = run("replay", str(path), "--url", vez.url)
    assert replayed.stdout.splitlines()[-1] == "mismatches: 0"

    again = tmp_path / f"again_{form}.xes"
    run("export", "--format", "xes", "--type", found.code, "-o", str(again), "--url", vez.url)
    replica = [[(event.activity, event.resource) for event in case.events] for case in open_log(again).cases]
    assert sorted(replica) == sorted(cases.values())
