"""One's own templates: kept from a half-written request, offered beside the catalog's, removed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor
from tests.support.stack import Stack

Visit = Callable[..., Visitor]


def keep(page: Page, name: str) -> None:
    if not page.locator("#keep-template").evaluate("each => each.open"):
        page.locator("#keep-template > summary").click()
    page.fill("#template_name", name)
    with page.expect_navigation():
        page.get_by_role("button", name="Guardar o modelo").click()


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_a_request_is_kept_as_a_template_begun_from_and_removed(vez: Stack, visit: Visit, script: bool) -> None:
    who, name = ("ana", "Minha cobrança") if script else ("bia", "Outra cobrança")
    visitor = visit(who, script=script, width=390 if script else 1280)
    page = visitor.page
    page.goto("/tickets/new?type=billing_dispute")
    visitor.fill({"p-invoice": "20261108", "p-amount": "55,00"})
    keep(page, " ")
    expect(page.locator("#keep-template .v-err").first).to_be_visible()
    expect(page.locator('[name="p-invoice"]')).to_have_value("20261108")
    keep(page, name)
    expect(page.locator(".v-templates a[aria-current]")).to_contain_text(name)
    page.goto("/tickets/new?type=billing_dispute")
    expect(page.locator('[name="p-invoice"]')).to_have_value("")
    page.locator(".v-templates a", has_text=name).click()
    expect(page.locator('[name="p-invoice"]')).to_have_value("20261108")
    kept = [each for each in vez.get(who, "/api/ticket/v1/templates")["items"] if each["id"]]
    assert [each["name"] for each in kept] == [name]
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remover este modelo").click()
    expect(page.locator(".v-templates a", has_text=name)).to_have_count(0)
    assert [each for each in vez.get(who, "/api/ticket/v1/templates")["items"] if each["id"]] == []
