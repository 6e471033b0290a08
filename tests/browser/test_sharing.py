"""A request shared by name until a time, from its page; and what was related taken back there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor
from tests.support.stack import Stack

Visit = Callable[..., Visitor]
TICKETS = "/api/ticket/v1/tickets"
DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}


def press(page: Page, name: str) -> None:
    """Press a button of what is open and arrive at the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def share(page: Page, person: str, until: str) -> None:
    page.locator("#share > summary").click()
    page.fill("#share-person", person)
    page.fill("#share-until", until)
    with page.expect_navigation():
        page.locator("#form-share button[type=submit]").click()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_a_request_is_shared_until_a_time_and_the_share_is_ended(vez: Stack, visit: Visit, script: bool) -> None:
    id = vez.submit("ana", "billing_dispute", DISPUTE, "Para a Bia ver")["id"]
    vez.routed("bruno", id)
    page, bia = visit("bruno", script=script).page, vez.bearer("bia")
    page.goto(f"/tickets/{id}")
    expect(page.locator("section", has=page.locator("#h-share"))).to_contain_text("Mais ninguém.")
    share(page, "ninguem@vez.test", "2099-01-02T12:00")
    expect(page.locator("#share .v-err")).to_have_count(1)
    expect(page.locator("#share-person")).to_have_value("ninguem@vez.test")
    page.fill("#share-person", "bia@cliente.test")
    with page.expect_navigation():
        page.locator("#form-share button[type=submit]").click()
    shared = page.locator("section", has=page.locator("#h-share"))
    expect(shared).to_contain_text("Bia Lima")
    expect(shared).to_contain_text("compartilhado por Bruno Alves")
    assert vez.client.get(f"{TICKETS}/{id}", headers=bia).status_code == 200
    press(page, "Parar de compartilhar (Bia Lima)")
    expect(shared).to_contain_text("Mais ninguém.")
    assert vez.client.get(f"{TICKETS}/{id}", headers=bia).status_code == 404


def test_who_it_is_shared_with_is_not_offered_to_share_it_on(vez: Stack, visit: Visit) -> None:
    id = vez.submit("ana", "billing_dispute", DISPUTE, "Só para ler")["id"]
    vez.routed("bruno", id)
    body = {"person": "bia@cliente.test", "expires_at": "2099-01-02T12:00:00Z"}
    assert vez.post("bruno", f"{TICKETS}/{id}/shares", body).status_code == 201
    page = visit("bia", width=390).page
    page.goto(f"/tickets/{id}")
    expect(page.locator("h1")).to_have_text("Só para ler")
    expect(page.locator("#h-share")).to_have_count(0)


def test_a_relation_is_taken_away(vez: Stack, visit: Visit) -> None:
    one, other = (vez.submit("ana", "billing_dispute", DISPUTE, f"Relacionado {n}") for n in (1, 2))
    for each in (one, other):
        vez.routed("bruno", each["id"])
    body = {"ticket_id": other["id"], "kind": "related"}
    assert vez.post("bruno", f"{TICKETS}/{one['id']}/relations", body).status_code == 201
    page = visit("bruno").page
    page.goto(f"/tickets/{one['id']}")
    press(page, f"Desfazer ({other['number']})")
    assert vez.get("bruno", f"{TICKETS}/{one['id']}/relations")["items"] == []


def test_time_is_taken_back_by_who_entered_it(vez: Stack, visit: Visit) -> None:
    id = vez.submit("ana", "billing_dispute", DISPUTE, "Tempo lançado")["id"]
    vez.routed("bruno", id)
    assert vez.post("bruno", f"{TICKETS}/{id}/time-entries", {"minutes": 45, "note": "Leitura"}).status_code == 201
    page = visit("bruno").page
    page.goto(f"/tickets/{id}")
    page.locator("#own-time > summary").click()
    press(page, "Desfazer (45 min)")
    assert vez.get("bruno", f"{TICKETS}/{id}/time-entries")["items"] == []
