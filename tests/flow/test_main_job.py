"""Open a request, route it, walk its flow, tell the people: the product's main job, through the public endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from shared.ids import new_id
from tests.support.stack import Stack
from tests.support.waiting import wait_until

DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
TICKETS = "/api/ticket/v1/tickets"


@pytest.fixture
def dispute(vez: Stack) -> Any:
    return vez.submit("ana", "billing_dispute", DISPUTE, "Cobrança em dobro")


def with_its_clock(vez: Stack, who: str, id: str) -> Any:
    """The ticket, once its clock has told when it is due: that follows the routing, by an event of its own."""
    ticket = vez.ticket(who, id)
    return ticket if ticket["due_at"] else None


def names(history: Any) -> list[tuple[str, str, str | None]]:
    return [
        (row["stage"]["code"], row["by"]["name"], row["holder_after"]["name"] if row["holder_after"] else None)
        for row in history["items"]
    ]


def test_a_submitted_request_is_routed_to_the_default_attendant(vez: Stack, dispute: Any) -> None:
    assert dispute["stage"]["code"] == "triage"
    assert dispute["stage"]["name"] == "Recebido", "the client reads the client's name of the stage"
    assert dispute["turn"]["side"] == "attendant"
    assert dispute["turn"]["holder"]["name"] == "Bruno Alves"
    mine = vez.get("bruno", TICKETS, filter="my_turn")["items"]
    assert dispute["id"] in {t["id"] for t in mine}


def test_advancing_changes_stage_turn_and_history_and_tells_who_is_next(vez: Stack, dispute: Any) -> None:
    moved = vez.act("bruno", dispute["id"], "advance", {"transition": "ask", "comment": "Envie o extrato, por favor"})
    assert moved["turn"]["side"] == "client"
    seen = vez.ticket("ana", dispute["id"])
    assert seen["turn"]["holder"]["name"] == "Ana Souza"
    history = vez.get("ana", f"{TICKETS}/{dispute['id']}/history")
    assert names(history) == [
        ("triage", "Ana Souza", "Bruno Alves"),
        ("more_information", "Bruno Alves", "Ana Souza"),
    ]
    assert history["items"][1]["comment"] == "Envie o extrato, por favor"
    told = wait_until(
        lambda: [n for n in notifications(vez, "ana") if n["ticket"]["id"] == dispute["id"]], "Ana to be told"
    )
    assert dispute["number"] in told[0]["title"]
    wait_until(lambda: recipients(vez, dispute["number"]) >= {"ana@cliente.test", "bruno@atende.test"}, "the mail")
    deliveries = wait_until(lambda: sent_deliveries(vez, dispute["id"], 4), "four rows of the ledger to be sent")
    assert len({(d["event"]["id"], d["recipient"]["id"], d["channel"]) for d in deliveries}) == len(deliveries)


def notifications(vez: Stack, who: str) -> list[Any]:
    return list(vez.get(who, "/api/notify/v1/notifications")["items"])


def recipients(vez: Stack, number: str) -> set[str]:
    return {m["to"] for m in vez.mail() if number in m["subject"]}


def sent_deliveries(vez: Stack, ticket_id: str, count: int) -> list[Any]:
    items = vez.get("admin", "/api/notify/v1/deliveries", ticket_id=ticket_id)["items"]
    sent = [d for d in items if d["state"] == "sent"]
    return sent if len(sent) >= count else []


def test_the_whole_flow_with_understanding_approval_and_a_rating(vez: Stack, dispute: Any) -> None:
    id = dispute["id"]
    vez.act("bruno", id, "advance", {"transition": "analyse"})
    held = vez.ticket("carla", id)
    assert held["turn"]["holder"] == {"id": "finance", "name": "Financeiro", "queue": True}
    vez.act("carla", id, "take")
    refused = vez.post("carla", f"{TICKETS}/{id}/advance", {"transition": "propose"}, match="*")
    assert refused.status_code == 422, "parameters and understanding are judged before anything is accepted"
    ticket = vez.ticket("carla", id)
    patched = vez.client.patch(
        f"{TICKETS}/{id}",
        json={"parameters": {"root_cause": "Boleto já agendado", "refund": "1284.90"}},
        headers=vez.bearer("carla") | {"If-Match": f'"{ticket["version"]}"'},
    )
    assert patched.status_code == 200, patched.text
    written = vez.post("carla", f"{TICKETS}/{id}/understandings", {"body": "Vamos devolver R$ 1.284,90."})
    assert written.status_code == 201, written.text
    asked = vez.act("carla", id, "advance", {"transition": "propose"})
    assert asked["stage"]["code"] == "agreement"
    assert "decide" in vez.ticket("ana", id)["actions"]
    ended = vez.act("ana", id, "decision", {"outcome": "approved"})
    assert ended["status"] == "concluded"
    assert ended["turn"]["side"] == "nobody"
    rated = vez.post("ana", f"{TICKETS}/{id}/rating", {"score": 5, "comment": "Rápido"})
    assert rated.status_code in (200, 201), rated.text
    again = vez.post("ana", f"{TICKETS}/{id}/rating", {"score": 1})
    assert again.status_code == 409, "a concluded ticket is rated once"


def test_a_condition_chooses_the_way(vez: Stack) -> None:
    ticket = vez.submit("bia", "billing_dispute", DISPUTE)
    id = ticket["id"]
    vez.act("bruno", id, "advance", {"transition": "analyse"})
    vez.act("davi", id, "take")
    version = vez.ticket("davi", id)["version"]
    vez.client.patch(
        f"{TICKETS}/{id}",
        json={"parameters": {"root_cause": "Erro", "refund": "20000.00"}},
        headers=vez.bearer("davi") | {"If-Match": f'"{version}"'},
    )
    vez.post("davi", f"{TICKETS}/{id}/understandings", {"body": "Devolver tudo"})
    refused = vez.post("davi", f"{TICKETS}/{id}/advance", {"transition": "propose"}, wait=5, match="*")
    assert refused.status_code in (409, 422)
    asked = vez.act("davi", id, "advance", {"transition": "direct"})
    assert asked["stage"]["code"] == "approval_board"
    for who in ("carla", "eva"):
        done = vez.act(who, id, "decision", {"outcome": "approved"})
    assert done["stage"]["code"] == "agreement"
    board = vez.post("davi", f"{TICKETS}/{id}/decision", {"outcome": "approved"}, match="*")
    assert board.status_code in (403, 404, 409), "the previous holder is excluded, and the board has decided"


def test_a_refused_advance_says_why_and_changes_nothing(vez: Stack, dispute: Any) -> None:
    before = wait_until(lambda: with_its_clock(vez, "bruno", dispute["id"]), "the ticket's due date")
    path = f"{TICKETS}/{dispute['id']}/advance"
    no_comment = vez.post("bruno", path, {"transition": "ask"}, match="*")
    assert no_comment.status_code == 422
    assert "comment" in no_comment.json()["errors"]
    not_hers = vez.post("ana", path, {"transition": "analyse"}, match="*")
    assert not_hers.status_code in (403, 409)
    unknown = vez.post("bruno", path, {"transition": "fly"}, match="*")
    assert unknown.status_code == 422
    without = vez.post("bruno", path, {"transition": "analyse"})
    assert without.status_code == 428
    stale = vez.post("bruno", path, {"transition": "analyse"}, match=before["version"] - 1)
    assert stale.status_code == 412
    assert vez.ticket("bruno", dispute["id"]) == before


def test_missing_required_parameters_are_named_and_nothing_is_made(vez: Stack) -> None:
    before = vez.get("ana", f"{TICKETS}/counts")
    body = {
        "type": "billing_dispute",
        "subject": "x",
        "description": "y",
        "parameters": {"amount": "-1"},
        "submit": True,
    }
    answer = vez.post("ana", TICKETS, body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    errors = answer.json()["errors"]
    assert {name.rpartition(".")[2] for name in errors} >= {"invoice", "amount", "reason"}
    assert vez.get("ana", f"{TICKETS}/counts") == before


def test_the_same_idempotency_key_makes_one_ticket(vez: Stack) -> None:
    key = new_id()
    body = {"type": "billing_dispute", "subject": "Uma vez", "description": "y", "parameters": DISPUTE, "submit": True}
    answers = [vez.post("ana", TICKETS, body, key=key, wait=5) for _ in range(3)]
    assert len({a.json()["id"] for a in answers}) == 1
    assert {a.status_code for a in answers} <= {200, 202}
    other = vez.post("ana", TICKETS, body | {"subject": "Outro"}, key=key)
    assert other.status_code == 422


def test_a_draft_is_its_authors_alone_and_goes_by_submit(vez: Stack) -> None:
    draft = vez.post("ana", TICKETS, {"type": "billing_dispute", "subject": "Rascunho"})
    assert draft.status_code == 201, draft.text
    id = draft.json()["id"]
    assert draft.json()["status"] == "draft"
    for who in ("bia", "bruno", "admin"):
        assert vez.client.get(f"{TICKETS}/{id}", headers=vez.bearer(who)).status_code == 404
    early = vez.post("ana", f"{TICKETS}/{id}/submit", {}, match="*")
    assert early.status_code == 422
    patched = vez.client.patch(
        f"{TICKETS}/{id}",
        json={"parameters": DISPUTE, "description": "Pagamos duas vezes"},
        headers=vez.bearer("ana") | {"If-Match": draft.headers["ETag"]},
    )
    assert patched.status_code == 200, patched.text
    submitted = vez.act("ana", id, "submit")
    assert submitted["turn"]["holder"]["name"] == "Bruno Alves"


def test_two_who_take_at_once_one_gets_it_and_the_other_is_told_who_has_it(vez: Stack) -> None:
    ticket = vez.submit("ana", "billing_dispute", DISPUTE)
    vez.act("bruno", ticket["id"], "advance", {"transition": "analyse"})
    path = f"{TICKETS}/{ticket['id']}/take"
    answers = {who: vez.post(who, path, {}, wait=10, match="*") for who in ("carla", "eva")}
    assert sorted(a.status_code for a in answers.values()) == [200, 409]
    loser = next(a for a in answers.values() if a.status_code == 409)
    assert "Carla" in loser.text or "Eva" in loser.text


def test_what_one_may_not_see_is_404(vez: Stack, dispute: Any) -> None:
    for who in ("bia", "leo", "eva"):
        assert vez.client.get(f"{TICKETS}/{dispute['id']}", headers=vez.bearer(who)).status_code == 404
        answer = vez.post(who, f"{TICKETS}/{dispute['id']}/messages", {"body": "oi"})
        assert answer.status_code == 404
    assert vez.client.get(f"{TICKETS}/{dispute['id']}").status_code == 401


def test_the_discussion_goes_on_while_it_is_another_ones_turn(vez: Stack, dispute: Any) -> None:
    path = f"{TICKETS}/{dispute['id']}/messages"
    assert vez.post("ana", path, {"body": "Alguma novidade?"}).status_code == 201
    assert vez.post("bruno", path, {"body": "Só entre nós", "visibility": "internal"}).status_code == 201
    assert [m["body"] for m in vez.get("ana", path)["items"]] == ["Alguma novidade?"]
    assert len(vez.get("bruno", path)["items"]) == 2


def test_a_setting_that_names_nobody_who_can_act_falls_back_and_tells_administrators(vez: Stack) -> None:
    key = "/api/workflow/v1/settings/client_online.default_attendant"
    held = vez.get("admin", key)["value"]
    assert vez.put("admin", key, {"value": None}).status_code == 200
    try:
        ticket = wait_until(lambda: in_fallback(vez), "a ticket to fall back")
    finally:
        assert vez.put("admin", key, {"value": held}).status_code == 200
    assert ticket["turn"]["holder"]["queue"] is True
    wait_until(
        lambda: [n for n in notifications(vez, "admin") if n["ticket"] and n["ticket"]["id"] == ticket["id"]],
        "administrators to be told",
    )


def in_fallback(vez: Stack) -> Any:
    ticket = vez.submit("bia", "billing_dispute", DISPUTE)
    return ticket if ticket["turn"]["holder"]["queue"] else None
