"""A deadline explains itself on the attendants' page, and on a page of its own where there are no scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

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
