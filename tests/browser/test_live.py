"""A page that changes because of others leaves alone what its reader is doing."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.visitor import Visitor
from tests.support.stack import Stack

Visit = Callable[..., Visitor]
TICKETS = "/api/ticket/v1/tickets"
ANSWERED = """() => ({
  came: new Promise((go) => document.addEventListener("htmx:afterOnLoad", (event) => {
    if (!event.detail.requestConfig.path.includes("urgent")) go();
  })),
})"""
"""A promise that is kept when an answer about the list before was dealt with."""
LIST_BEFORE = re.compile(r"/queue\?(?!.*priority=urgent)")


def repair(vez: Stack, subject: str) -> str:
    """A request for a repair, which is Bruno's; its id."""
    id: str = vez.submit("ana", "equipment_repair", {"under_warranty": False}, subject)["id"]
    vez.routed("bruno", id)
    return id


def renewed(vez: Stack, page: Page, id: str, words: str) -> None:
    """The client writes; the open page shows it."""
    assert vez.post("ana", f"{TICKETS}/{id}/messages", {"body": words}).status_code == 201
    expect(page.locator("#thread")).to_contain_text(words)


def test_rows_that_were_added_and_taken_out_stay_so(vez: Stack, visit: Visit) -> None:
    id = repair(vez, "Com peças")
    page = visit("bruno", width=1440).page
    page.goto(f"/tickets/{id}")
    parts = page.locator("fieldset.v-field-table")
    rows = parts.locator("tbody tr:visible")
    expect(rows).to_have_count(2)
    parts.locator("[data-drop-row]:visible").first.click()
    parts.locator("[data-add-row]").click()
    rows.last.locator("input").first.fill("Tela")
    parts.locator("[data-add-row]").click()
    expect(rows).to_have_count(3)

    renewed(vez, page, id, "Quanto custa?")
    expect(rows).to_have_count(3)
    expect(rows.nth(1).locator("input").first).to_have_value("Tela")
    expect(parts.locator("[data-add-row]")).to_be_visible()


def test_a_search_among_ready_answers_stays(vez: Stack, visit: Visit) -> None:
    answer = {"name": "Peça a caminho", "body": "A peça foi pedida."}
    assert vez.post("bruno", "/api/ticket/v1/canned-answers", answer).status_code == 201
    id = repair(vez, "Com respostas")
    page = visit("bruno", width=1440).page
    page.goto(f"/tickets/{id}")
    page.locator("#answers > summary").click()
    page.locator("#find-answer").press_sequentially("nada assim")
    expect(page.locator("[data-found-none]")).to_be_visible()

    renewed(vez, page, id, "E a peça?")
    expect(page.locator("[data-found-none]")).to_be_visible()
    expect(page.locator("#answer-list li:visible")).to_have_count(0)


def test_an_answer_about_the_list_before_does_not_take_the_place_of_the_one_chosen(vez: Stack, visit: Visit) -> None:
    id = repair(vez, "Lista trocada")
    page = visit("bruno", width=1440).page
    page.goto("/queue?filter=all&q=trocada")
    rows = page.locator("#rows tr[data-row-ticket]")
    expect(rows).to_have_count(1)
    late: list[Route] = []
    page.route(LIST_BEFORE, lambda route: route.continue_() if late else late.append(route))
    with page.expect_request(LIST_BEFORE):
        assert vez.post("ana", f"{TICKETS}/{id}/messages", {"body": "E então?"}).status_code == 201
    page.locator("#only-priority").select_option("urgent")
    expect(rows).to_have_count(0)
    answered = page.evaluate_handle(ANSWERED)
    with page.expect_response(re.compile("priority=urgent")):  # what changed is asked for anew, of this list
        late[0].continue_()
        answered.evaluate("answer => answer.came")
    assert rows.count() == 0


def test_who_else_looks_stays_told(vez: Stack, visit: Visit) -> None:
    id = repair(vez, "A quatro olhos")
    admin, page = visit("admin").page, visit("bruno", width=1440).page
    admin.goto(f"/tickets/{id}")
    page.goto(f"/tickets/{id}")
    present = page.locator(f"#present-{id}")
    expect(present).to_contain_text("Admin")

    renewed(vez, page, id, "Quem está aí?")
    assert "Admin" in (present.text_content() or "")
