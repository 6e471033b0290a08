"""The house says who is told what, with no script at all; and a person asks for what it withholds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor
from tests.support.stack import Stack
from tests.support.waiting import wait_until

Visit = Callable[..., Visitor]
DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
MESSAGE = 'input[name="told"][value="message:attendant:in_app"]'


@pytest.fixture
def as_it_comes(vez: Stack) -> Iterator[None]:
    """The house tells everything again afterwards: the system is every test's."""
    yield
    assert vez.put("admin", "/api/notify/v1/rules", {"rules": []}).status_code == 200


def save(page: Page) -> None:
    """Press the form's button, and see that it was taken."""
    page.get_by_role("button", name="Salvar", exact=True).last.click()
    expect(page.locator("body")).to_contain_text("Salvo.")


def told_of_messages(vez: Stack, ticket_id: str) -> list[Any]:
    """(state, reason) in the ledger of what Bruno was told of the ticket's messages here."""
    narrowed = {"ticket_id": ticket_id, "event": "ticket.commented", "channel": "in_app"}
    found = vez.get("admin", "/api/notify/v1/deliveries", **narrowed)["items"]
    return [(each["state"], each["reason"]) for each in found]


@pytest.mark.usefixtures("as_it_comes")
def test_what_is_unticked_is_told_no_more_but_to_who_asks_for_it(vez: Stack, visit: Visit) -> None:
    page = visit("admin", script=False).page
    page.goto("/admin/rules")
    expect(page.locator("h1")).to_have_text("Quem é avisado do quê")
    expect(page.locator(MESSAGE)).to_be_checked()
    page.uncheck(MESSAGE)
    save(page)
    expect(page.locator(MESSAGE)).not_to_be_checked()
    ticket = vez.submit("ana", "billing_dispute", DISPUTE, "Sem avisos de mensagens")["id"]
    messages = f"/api/ticket/v1/tickets/{ticket}/messages"
    vez.post("ana", messages, {"body": "Alguma novidade?"})
    wait_until(lambda: told_of_messages(vez, ticket), "the message to be in the ledger")
    assert told_of_messages(vez, ticket) == [("suppressed", "house_rule")]
    bruno = visit("bruno").page
    bruno.goto("/preferences")
    bruno.select_option('select[name="in_app:message"]', "yes")
    bruno.locator("#told").get_by_role("button", name="Salvar").click()
    expect(bruno.locator("body")).to_contain_text("Salvo.")
    vez.post("ana", messages, {"body": "E agora?"})
    wait_until(lambda: len(told_of_messages(vez, ticket)) == 2, "the second message to be in the ledger")
    assert told_of_messages(vez, ticket)[0] == ("sent", None)
    page.goto("/admin/rules")
    page.get_by_role("button", name="Voltar a avisar de tudo").click()
    expect(page.locator(MESSAGE)).to_be_checked()
    bruno.goto("/preferences")
    expect(bruno.locator('input[name="in_app:message"]')).to_be_checked()
