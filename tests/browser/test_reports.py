"""The dashboard and the page of history: pictures by script, tables for everybody, files for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.support.stack import Stack
from tests.support.waiting import wait_until

Visit = Callable[..., Visitor]
DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
PLOTS = ("open", "bottlenecks", "times", "throughput", "load", "satisfaction")
INK = """plot => {
  const canvas = plot.querySelector("canvas");
  const copy = Object.assign(document.createElement("canvas"), {width: canvas.width, height: canvas.height});
  const pen = copy.getContext("2d", {willReadFrequently: true});
  pen.drawImage(canvas, 0, 0);
  const dots = pen.getImageData(0, 0, copy.width, copy.height).data;
  const seen = new Map();
  for (let n = 0; n < dots.length; n += 4) {
    if (dots[n + 3] === 255) {
      const colour = `rgb(${dots[n]}, ${dots[n + 1]}, ${dots[n + 2]})`;
      seen.set(colour, (seen.get(colour) || 0) + 1);
    }
  }
  return Object.fromEntries([...seen].filter(([, count]) => count > 200));
}"""
COLOUR = """name => {
  const probe = document.createElement("i");
  document.body.append(probe);
  probe.style.color = `var(--${name})`;
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}"""
DRAWN_IN = f"name => ({INK})(document.querySelector('#report-load [data-plot]'))[({COLOUR})(name)] > 0"


@pytest.fixture(scope="session")
def worked(vez: Stack) -> str:
    """A dispute that was asked about, answered, refused and rated, and another that Bruno holds."""
    ticket = str(vez.submit("ana", "billing_dispute", DISPUTE, "Cobrança para o painel")["id"])
    vez.act("bruno", ticket, "advance", {"transition": "ask", "comment": "Qual fatura?"})
    vez.act("ana", ticket, "advance", {"transition": "answer"})
    vez.act("bruno", ticket, "advance", {"transition": "refuse", "comment": "Sem cobrança em dobro"})
    assert vez.post("ana", f"/api/ticket/v1/tickets/{ticket}/rating", {"score": 4}).status_code == 201
    vez.submit("ana", "billing_dispute", DISPUTE, "Outra cobrança")
    return ticket


def test_administrators_begin_at_the_dashboard_and_its_pictures_are_drawn(visit: Visit, worked: str) -> None:
    page = visit("admin").page
    page.goto("/admin")
    page.wait_for_url("**/admin/dashboard")
    for code in PLOTS:
        plot = page.locator(f"#report-{code} [data-plot]")
        expect(plot.locator("canvas")).to_be_visible()
        if code != "times":  # on a quick machine all of it passed within a second: there is no time to draw
            wait_until(lambda plot=plot: plot.evaluate(INK), f"{code} to be drawn", every=0.2)
        assert plot.get_attribute("aria-label")


def test_pictures_follow_the_theme(visit: Visit, worked: str) -> None:
    page = visit("admin").page
    page.goto("/admin/dashboard")
    plot = page.locator("#report-load [data-plot]")
    expect(plot.locator("canvas")).to_be_visible()

    page.wait_for_function(DRAWN_IN, arg="attendant")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(DRAWN_IN, arg="attendant")


def test_each_picture_has_its_table_and_its_file(visit: Visit, worked: str, tmp_path: Path) -> None:
    page = visit("admin").page
    page.goto("/admin/dashboard")
    for code in PLOTS:
        card = page.locator(f"#report-{code}")
        card.locator("summary").click()
        expect(card.locator("tbody tr").first).to_be_visible()
        with page.expect_download() as coming:
            card.locator("a[download]").click()
        file = tmp_path / f"{code}.csv"
        coming.value.save_as(file)
        text = file.read_bytes()
        assert text.startswith(b"\xef\xbb\xbf"), "spreadsheets tell UTF-8 by it"
        rows = list(csv.DictReader(text.decode("utf-8-sig").splitlines(), delimiter=";"))
        assert rows, code


def test_without_scripts_the_tables_are_there(visit: Visit, worked: str) -> None:
    page = visit("admin", script=False).page
    page.goto("/admin/dashboard")
    for code in PLOTS:
        card = page.locator(f"#report-{code}")
        expect(card.locator("[data-plot]")).to_be_hidden()
        if not card.locator("tbody tr").first.is_visible():
            card.locator("summary").click()
        expect(card.locator("tbody tr").first).to_be_visible()
    page.fill("input[name=since]", "2020-01-01")
    page.fill("input[name=until]", "2020-01-31")
    page.click(".v-choose button")
    expect(page.locator("#report-times")).to_contain_text("Nada neste período")


def test_history_tells_the_ways_and_the_loops(visit: Visit, worked: str) -> None:
    page = visit("admin").page
    page.goto("/admin/history?of=billing_dispute")
    way = page.locator("#report-variants tbody tr", has_text="Complementar").first
    expect(way.locator("li")).to_contain_text(["Triagem", "Complementar", "Triagem", "Recusado"])
    expect(page.locator("#report-loops tbody")).to_contain_text("Triagem")
    expect(page.locator("#report-rework tbody")).to_contain_text("Triagem")
    expect(page.locator("#report-hand-overs tbody")).to_contain_text("Clientes")
    expect(page.locator("#report-bottlenecks canvas")).to_be_visible()


def test_a_period_is_chosen_by_a_link_and_by_the_form(visit: Visit, worked: str) -> None:
    page = visit("admin").page
    page.goto("/admin/dashboard")
    expect(page.locator(".v-spans [aria-current]")).to_have_text("90 dias")
    page.click(".v-spans a >> nth=0")
    expect(page.locator(".v-spans [aria-current]")).to_have_text("30 dias")
    page.select_option("select[name=of]", "equipment_repair")
    page.click(".v-choose button")
    page.wait_for_url("**of=equipment_repair**")
    expect(page.locator("select[name=of]")).to_have_value("equipment_repair")
    expect(page.locator("#report-satisfaction")).to_contain_text("0 respostas de 0 concluídos")


def test_who_may_not_read_reports_has_neither_entry_nor_page(visit: Visit, worked: str) -> None:
    visitor = visit("bruno")
    answers: list[Any] = [
        visitor.page.goto(path) for path in ("/admin/dashboard", "/admin/history", "/admin/reports/open.csv")
    ]
    assert [answer.status for answer in answers] == [403, 403, 403]
