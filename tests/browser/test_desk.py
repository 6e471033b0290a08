"""An attendant's tools: saved views, canned answers, opening for a client, deciding together, and what went stale."""

from __future__ import annotations

import re
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.visitor import DISPUTE, Visitor
from tests.support.stack import Stack
from tests.support.waiting import wait_until

Visit = Callable[..., Visitor]
TICKETS = "/api/ticket/v1/tickets"
CHARGED = {"invoice": "20261107", "amount": "20000.00", "reason": "duplicate"}


def everybody_can_use(page: Page) -> None:
    """axe finds nothing in what is open now, in light and in dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"][:160]) for each in found] == []


def to_the_board(vez: Stack, subject: str) -> str:
    """A dispute that asks two of the finance team, Carla aside, for their decision."""
    id: str = vez.submit("ana", "billing_dispute", CHARGED, subject)["id"]
    vez.act("bruno", id, "advance", {"transition": "analyse"})
    taken = vez.act("carla", id, "take")
    values = {"parameters": {"root_cause": "Pago duas vezes", "refund": "12000.00"}}
    headers = vez.bearer("carla") | {"If-Match": f'"{taken["version"]}"'}
    assert vez.client.patch(f"{TICKETS}/{id}", json=values, headers=headers).status_code == 200
    assert vez.post("carla", f"{TICKETS}/{id}/understandings", {"body": "Devolver tudo."}).status_code == 201
    vez.act("carla", id, "advance", {"transition": "direct"})
    return id


def saved(page: Page) -> Locator:
    """The saved filters of the menu."""
    return page.locator("nav[aria-label='Filtros salvos'] a")


def test_a_view_is_saved_renamed_changed_and_removed_by_keyboard(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno", width=1440)
    ana.submit("Boleto do filtro")
    page = bruno.page
    page.goto("/queue?filter=all&order=newest&q=filtro")
    expect(page.locator("#rows tr[data-row-ticket]")).to_have_count(1)
    page.keyboard.press("f")
    expect(page.locator("#filter-name")).to_be_focused()
    everybody_can_use(page)
    page.keyboard.type("Boletos do filtro")
    page.keyboard.press("Enter")
    entry = saved(page)
    expect(entry).to_have_text("Boletos do filtro")
    expect(entry).to_have_attribute("aria-current", "page")
    expect(page.locator("h1")).to_have_text("Boletos do filtro 1")

    page.goto("/queue")
    entry.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**saved=*")
    page.keyboard.press("f")
    page.keyboard.press("Control+A")
    page.keyboard.type("Do filtro")
    page.keyboard.press("Enter")
    expect(entry).to_have_text("Do filtro")

    page.locator("#only-priority").select_option("urgent")
    expect(page.locator("h1")).to_have_text("Do filtro 0")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Salvar como outro")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#filter-name-e")).to_contain_text("filtro")
    page.fill("#filter-name", "Urgentes do filtro")
    page.get_by_role("button", name="Salvar como outro").press("Enter")
    expect(entry).to_have_text(["Do filtro", "Urgentes do filtro"])

    page.wait_for_load_state()  # a key is heard once the scripts run
    page.on("dialog", lambda question: question.accept())
    page.keyboard.press("f")
    page.get_by_role("button", name="Remover").press("Enter")
    expect(entry).to_have_text("Do filtro")


def test_what_is_chosen_before_the_scripts_are_there_is_shown_when_they_are(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno", width=1440)
    ana.submit("Boleto de quem tem pressa")
    waiting: list[Route] = []
    page = bruno.page
    page.route("**/app-*.js", lambda route: waiting.append(route))
    page.goto("/queue?filter=all&q=pressa", wait_until="commit")
    expect(page.locator("#rows tr[data-row-ticket]")).to_have_count(1)
    page.locator("#only-priority").select_option("urgent")
    (scripts,) = waiting
    scripts.continue_()
    expect(page.locator("#rows tr[data-row-ticket]")).to_have_count(0)
    expect(page).to_have_url(re.compile("priority=urgent"))


def test_a_view_is_saved_and_removed_without_scripts(visit: Visit) -> None:
    page = visit("carla", script=False).page
    page.goto("/queue?filter=my_queues")
    page.locator("#order").select_option("waiting")
    page.locator(".v-sorting button").click()
    assert "order=waiting" in page.url
    page.locator("#saving summary").click()
    page.fill("#filter-name", "Quem espera")
    page.get_by_role("button", name="Salvar", exact=True).click()
    entry = saved(page)
    expect(entry).to_have_text("Quem espera")
    expect(page.locator("#order")).to_have_value("waiting")
    page.locator("#saving summary").click()
    page.get_by_role("button", name="Remover").click()
    expect(entry).to_have_count(0)


def test_a_canned_answer_is_written_and_put_where_the_cursor_is(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno", width=1440)
    address = ana.submit("Resposta pronta")
    page = bruno.page
    page.goto("/queue/answers")
    page.fill("#new-name", "Saudação")
    page.fill("#new-body", "Olá, !")
    page.locator("#new-body").evaluate("each => each.setSelectionRange(5, 5)")
    page.get_by_role("button", name="o primeiro nome do cliente").click()
    expect(page.locator("#new-body")).to_have_value("Olá, {{client.first_name}}!")
    page.locator("#new-answer button[type=submit]").click()
    expect(page.locator(".v-answer summary")).to_contain_text("Saudação")

    page.goto(address)
    page.fill("#msg", "Antes. Depois.")
    page.locator("#msg").evaluate("each => each.setSelectionRange(7, 7)")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.locator("#find-answer")).to_be_focused()
    everybody_can_use(page)
    page.keyboard.type("nada assim")
    expect(page.locator("[data-found-none]")).to_be_visible()
    page.keyboard.press("Control+A")
    page.keyboard.type("saudacao")
    page.keyboard.press("Enter")
    expect(page.locator("#msg")).to_have_value("Antes. Olá, Ana!Depois.")
    expect(page.locator("#msg")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread")).to_contain_text("Antes. Olá, Ana!Depois.")


def test_a_canned_answer_is_written_used_and_removed_without_scripts(visit: Visit) -> None:
    address = visit("ana").submit("Sem script")
    page = visit("bruno", script=False).page
    page.goto("/queue/answers")
    page.fill("#new-name", "Sem script")
    page.fill("#new-body", "Protocolo {{ticket.numero}}")
    page.locator("#new-answer button[type=submit]").click()
    expect(page.locator("#new-body-e")).to_contain_text("ticket.numero")
    page.fill("#new-body", "Seu pedido: {{ticket.subject}}")
    page.locator("#new-answer button[type=submit]").click()

    page.goto(address)
    page.fill("#msg", "Bom dia.")
    page.locator("#answers > summary").click()
    page.locator("#answers li button", has_text="Sem script").click()
    expect(page.locator("#msg")).to_have_value("Bom dia.\n\nSeu pedido: Sem script")

    page.goto("/queue/answers")
    answer = page.locator(".v-answer", has_text="Sem script")
    answer.locator("summary").click()
    answer.get_by_role("button", name="Remover").click()
    expect(answer).to_have_count(0)


def test_an_action_on_an_older_page_tells_what_changed_and_goes_on(visit: Visit, vez: Stack) -> None:
    address = visit("ana").submit("Mudou no meio")
    id = address.rpartition("/")[2].partition("?")[0]
    bruno = visit("bruno", width=1440)
    page = bruno.page
    page.route("**/live", lambda route: route.abort())
    page.goto(address)
    page.locator("#move-ask summary").click()
    page.fill("#comment-ask", "Qual é a fatura?")
    assert vez.post("ana", f"{TICKETS}/{id}/messages", {"body": "Mando o boleto amanhã."}).status_code == 201
    headers = vez.bearer("bruno") | {"If-Match": f'"{vez.ticket("bruno", id)["version"]}"'}
    assert vez.client.patch(f"{TICKETS}/{id}", json={"priority": "high"}, headers=headers).status_code == 200

    page.click('button[name="transition"][value="ask"]')
    told = page.locator(".v-meanwhile")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Mando o boleto amanhã.")
    expect(page.locator("#comment-ask")).to_have_value("Qual é a fatura?")
    everybody_can_use(page)
    told.get_by_role("button").click()
    bruno.sees_turn("Ana")
    wait_until(lambda: vez.ticket("bruno", id)["turn"]["side"] == "client", "the question to reach Ana")


def test_a_request_is_opened_for_a_client(visit: Visit, vez: Stack) -> None:
    page = visit("bruno", width=1440).page
    page.goto("/queue")
    page.get_by_role("link", name="Abrir para um cliente").click()
    page.wait_for_url("**/queue/new")
    expect(page.locator("input[name=find]")).to_be_focused()
    page.keyboard.type("bia")
    page.locator(".v-people a", has_text="Bia Lima").click()
    expect(page.locator("#h-who")).to_contain_text("Bia Lima")
    page.check("[name=type][value=billing_dispute]")
    page.wait_for_selector("#subject")
    everybody_can_use(page)
    for name, value in ({"subject": "Ligou reclamando", "description": "Cobrada duas vezes."} | DISPUTE).items():
        if name == "p-reason":
            page.check(f'[name="{name}"][value="{value}"]')
        else:
            page.fill(f'[name="{name}"]', value)
    page.click('button[name="do"][value="submit"]:visible')
    page.wait_for_url("**/tickets/0*")
    id = page.url.rpartition("/")[2].partition("?")[0]
    assert vez.ticket("bia", id)["subject"] == "Ligou reclamando"


def test_a_draft_for_a_client_is_written_without_scripts(visit: Visit, vez: Stack) -> None:
    page = visit("bruno", script=False).page
    page.goto("/queue/new")
    page.fill("[name=find]", "bia@cliente")
    page.locator(".v-for button").click()
    page.locator(".v-people a").click()
    page.check("[name=type][value=billing_dispute]")
    page.get_by_role("button", name="Continuar").click()
    page.fill("#subject", "Rascunho para Bia")
    page.click('button[name="do"][value="save"]:visible')
    page.wait_for_url("**/tickets/0*")
    expect(page.locator("#h-who")).to_contain_text("Bia Lima")
    page.fill("#subject", "Outro assunto para Bia")
    page.click('button[name="do"][value="save"]:visible')
    expect(page.locator("h1")).to_have_text("Outro assunto para Bia")
    id = page.url.rpartition("/")[2].partition("?")[0]
    assert vez.ticket("bruno", id)["client"]["name"] == "Bia Lima"
    assert vez.client.get(f"{TICKETS}/{id}", headers=vez.bearer("bia")).status_code == 404


def test_a_request_is_made_from_another(visit: Visit, vez: Stack) -> None:
    values = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
    origin = vez.submit("ana", "billing_dispute", values, "Cobrança em dobro", description="Paguei duas vezes.")
    page = visit("bruno", width=1440).page
    page.goto(f"/tickets/{origin['id']}")
    page.get_by_role("link", name="Criar a partir desta").click()
    expect(page.locator("#h-who")).to_contain_text("Ana Souza")
    expect(page.get_by_role("link", name=origin["number"])).to_be_visible()
    page.check("[name=type][value=billing_dispute]")
    expect(page.locator("#subject")).to_have_value("Cobrança em dobro")
    expect(page.locator("#description")).to_have_value("Paguei duas vezes.")
    expect(page.locator('[name="p-invoice"]')).to_have_value("20261107")
    everybody_can_use(page)
    page.fill("#subject", "A segunda fatura")
    page.click('button[name="do"][value="submit"]:visible')
    page.wait_for_url("**/tickets/0*")
    expect(page.locator("h1")).to_have_text("A segunda fatura")
    expect(page.locator(".v-card", has=page.locator("#h-rel"))).to_contain_text("esta foi criada a partir dela")
    page.goto(f"/tickets/{origin['id']}")
    expect(page.locator(".v-card", has=page.locator("#h-rel"))).to_contain_text("criada a partir desta")


def test_approvals_are_decided_together_with_a_result_for_each(visit: Visit, vez: Stack) -> None:
    ids = [to_the_board(vez, f"À diretoria {number}") for number in range(2)]
    page = visit("davi", width=1440).page
    page.goto("/queue?filter=my_turn&order=newest")
    for id in ids:
        page.locator(f"#row-{id} [name=marked]").check()
    page.locator(".v-toolbar h1").click()
    page.keyboard.press("d")
    everybody_can_use(page)
    page.get_by_role("button", name="Aprovar todos").click()
    expect(page.locator(".v-results li")).to_have_count(2)
    expect(page.locator(".v-results li").first).to_contain_text("aceito")

    def decided() -> bool:
        found = [vez.get("davi", f"{TICKETS}/{id}/decisions")["items"] for id in ids]
        return all(len(each) == 1 and each[0]["outcome"] == "approved" for each in found)

    wait_until(decided, "both decisions to take effect")
