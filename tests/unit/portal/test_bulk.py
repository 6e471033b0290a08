"""One thing done to many tickets, with what became of each."""

from __future__ import annotations

import json

from flask.testing import FlaskClient

from tests.unit.portal.asking import sealed
from tests.unit.portal.town import TICKET_ID, Town, a_ticket, refuses

OTHER_ID = "0199d0f0-0000-7000-8000-000000000124"
MARKED = [f"{TICKET_ID} 3 2026-000123", f"{OTHER_ID} 7 2026-000124"]
DECIDES = a_ticket(actions=["decide"])


def two_results(town: Town) -> None:
    """The ticket service takes the first decision and refuses the second."""
    problem = {"type": "urn:vez:problem:stale", "title": "Mudou", "status": 412, "detail": "Mudou desde que você viu"}
    items = [
        {"ticket_id": TICKET_ID, "status": 202, "ticket": DECIDES, "problem": None},
        {"ticket_id": OTHER_ID, "status": 412, "ticket": None, "problem": problem},
    ]
    town.answers["ticket POST /v1/decisions"] = {"items": items}


def test_marked_approvals_are_decided_at_once_with_a_result_for_each(bruno: FlaskClient, town: Town) -> None:
    two_results(town)
    form = {"deed": "approve", "key": "k", "marked": MARKED, "decision_reason": "só para reprovar"}
    text = sealed(bruno, "/queue/bulk", form).text
    sent = town.sent("POST", "/v1/decisions")[-1]
    wanted = [(TICKET_ID, 3), (OTHER_ID, 7)]
    assert json.loads(sent.content)["items"] == [
        {"ticket_id": id, "version": version, "outcome": "approved", "reason": None} for id, version in wanted
    ]
    assert sent.headers["Idempotency-Key"].startswith("k-")
    told = text.partition('class="v-results"')[2].partition("</ul>")[0]
    assert "2026-000123</a><span>aceito" in told
    assert "2026-000124</a><span>Mudou desde que você viu" in told


def test_a_rejection_carries_its_reason(bruno: FlaskClient, town: Town) -> None:
    two_results(town)
    sealed(bruno, "/queue/bulk", {"deed": "reject", "marked": MARKED, "decision_reason": "Falta a nota"})
    items = json.loads(town.sent("POST", "/v1/decisions")[-1].content)["items"]
    assert {(each["outcome"], each["reason"]) for each in items} == {("rejected", "Falta a nota")}


def test_decisions_refused_as_a_whole_are_told_of_each(bruno: FlaskClient, town: Town) -> None:
    town.answers["ticket POST /v1/decisions"] = refuses(409, "Ainda não")
    text = sealed(bruno, "/queue/bulk", {"deed": "approve", "marked": MARKED}).text
    assert text.count("<span>Ainda não</span>") == 2


def test_deciding_together_is_offered_only_where_something_asks_for_it(bruno: FlaskClient, town: Town) -> None:
    assert 'id="bulk-decide"' not in bruno.get("/queue").text
    town.answers["ticket GET /v1/tickets"] = {"items": [DECIDES], "next_cursor": None}
    assert 'id="bulk-decide"' in bruno.get("/queue").text


def test_the_other_deeds_go_one_by_one(bruno: FlaskClient, town: Town) -> None:
    town.answers[f"ticket POST /v1/tickets/{TICKET_ID}/transfer"] = (202, a_ticket())
    town.answers[f"ticket POST /v1/tickets/{OTHER_ID}/transfer"] = refuses(422, to=["Ninguém com esse e-mail"])
    form = {"deed": "transfer", "marked": MARKED, "to": "carla@atende.test", "transfer_reason": "Férias", "key": "k"}
    told = sealed(bruno, "/queue/bulk", form).text.partition('class="v-results"')[2].partition("</ul>")[0]
    assert "2026-000124</a><span>Ninguém com esse e-mail" in told
    first = town.sent("POST", f"/v1/tickets/{TICKET_ID}/transfer")[-1]
    assert (first.headers["If-Match"], first.headers["Idempotency-Key"]) == ('"3"', f"k-{TICKET_ID}")
