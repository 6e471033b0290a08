"""An attendant's day by keyboard only."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]


def test_an_attendants_day_by_keyboard_only(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno", width=1440)
    addresses = [ana.submit(f"Pelo teclado {number}") for number in range(3)]
    page = bruno.page
    page.goto("/queue?order=newest")
    rows = page.locator("#rows tr[data-row-ticket]")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#preview h2")).to_have_text("Pelo teclado 2")
    page.keyboard.press("j")
    expect(page.locator("#preview h2")).to_have_text("Pelo teclado 1")
    page.keyboard.press("k")
    expect(page.locator("#preview h2")).to_have_text("Pelo teclado 2")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk]")).to_contain_text("1 marcados")
    page.keyboard.press("x")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).not_to_be_visible()

    page.keyboard.press("Enter")
    page.wait_for_url(addresses[2])
    page.keyboard.press("r")
    expect(page.locator("#msg")).to_be_focused()
    page.keyboard.type("Estou vendo.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread")).to_contain_text("Estou vendo.")

    page.keyboard.press("t")
    expect(page.locator("#transfer-to")).to_be_focused()
    page.keyboard.type("queue:finance")
    page.keyboard.press("Tab")
    page.keyboard.type("É do financeiro")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(bruno.state()).to_contain_text("Na fila Financeiro")

    page.wait_for_load_state()  # a key is heard once the scripts run
    page.keyboard.press("u")
    page.wait_for_url("**/queue")
    page.keyboard.press("/")
    expect(page.locator(".v-toolbar input[type='search']")).to_be_focused()
    page.keyboard.type("teclado 1")
    page.keyboard.press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(addresses[1])
    page.keyboard.press("a")
    expect(bruno.state()).to_contain_text("Na fila Financeiro")


def test_the_tab_key_reaches_the_content_first(visit: Visit) -> None:
    ana = visit("ana")
    ana.page.goto("/tickets")
    ana.page.keyboard.press("Tab")
    expect(ana.page.locator(".v-skip")).to_be_focused()
    ana.page.keyboard.press("Enter")
    assert ana.page.url.endswith("#main")
