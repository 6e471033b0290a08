"""A deadline explains itself on the attendants' page, and on a page of its own where there are no scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.visitor import Visitor
from tests.support.stack import Stack

Visit = Callable[..., Visitor]
DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_why_this_deadline_tells_which_time_counted(vez: Stack, visit: Visit, script: bool) -> None:
    id = vez.submit("ana", "billing_dispute", DISPUTE, "Com prazo")["id"]
    vez.routed("bruno", id)
    page = visit("bruno", script=script).page
    page.goto(f"/tickets/{id}")
    page.locator("#why-due > summary").click()
    if not script:
        with page.expect_navigation():
            page.get_by_role("link", name="Ver como se chegou a ele").click()
    expect(page.locator("main")).to_contain_text("Prazo desta etapa")
    expect(page.locator("main")).to_contain_text("no horário do calendário office")
    expect(page.locator("main table", has_text="Contou").locator("tbody tr")).to_have_count(1)


def test_the_explanation_stays_when_the_page_around_it_changes(vez: Stack, visit: Visit) -> None:
    id = vez.submit("ana", "billing_dispute", DISPUTE, "Com prazo e uma mensagem")["id"]
    vez.routed("bruno", id)
    page = visit("bruno").page
    page.goto(f"/tickets/{id}")
    page.locator("#why-due > summary").click()
    counted = page.locator("#why-due table", has_text="Contou")
    expect(counted).to_be_visible()
    with page.expect_response(re.compile("/clock$")):
        vez.post("ana", f"/api/ticket/v1/tickets/{id}/messages", {"body": "Ainda hoje, por favor."})
    expect(page.locator("#thread")).to_contain_text("Ainda hoje")
    expect(counted).to_be_visible()


def test_an_explanation_asked_for_before_the_scripts_were_there_comes(vez: Stack, visit: Visit) -> None:
    id = vez.submit("ana", "billing_dispute", DISPUTE, "Com prazo, numa linha lenta")["id"]
    vez.routed("bruno", id)
    page = visit("bruno").page
    waiting: list[Route] = []
    page.route("**/app-*.js", lambda route: waiting.append(route))
    page.goto(f"/tickets/{id}", wait_until="commit")
    page.locator("#why-due > summary").click()
    expect(page.locator("#why-due")).to_have_attribute("open", "")
    (scripts,) = waiting
    scripts.continue_()
    expect(page.locator("#why-due")).to_contain_text("Prazo desta etapa")
