"""Several people at once, broken connections, double clicks, hostile text, no scripts, no permission."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.test_files import PIXEL
from tests.browser.visitor import DISPUTE, Visitor
from tests.support.stack import Stack

Visit = Callable[..., Visitor]
HOSTILE = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script> {{ 7*7 }} ' + "comprido" * 20


def test_two_browsers_see_each_others_changes_live(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    address = ana.submit("Ao vivo")
    bruno.page.goto(address)
    ana.page.fill("#msg", "o que eu ainda escrevo")
    bruno.page.fill("#msg", "Olá, Ana")
    bruno.page.press("#msg", "Control+Enter")
    expect(ana.page.locator("#thread")).to_contain_text("Olá, Ana")
    expect(ana.page.locator("#msg")).to_have_value("o que eu ainda escrevo")
    expect(bruno.page.locator("#msg")).to_have_value("")
    bruno.take_way("ask", "Qual fatura?")
    ana.sees_turn("Sua vez: responder")
    expect(ana.page.locator("#msg")).to_have_value("o que eu ainda escrevo")


def test_an_internal_note_is_not_the_clients_to_read(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    bruno.page.goto(ana.submit("Com uma nota"))
    bruno.page.check("#composer [value='internal']", force=True)
    bruno.page.fill("#msg", "só entre nós")
    bruno.page.click("#composer button[type='submit']:not([formaction])")
    expect(bruno.page.locator("#thread [data-note]")).to_contain_text("só entre nós")
    ana.page.reload()
    expect(ana.page.locator("#thread")).not_to_contain_text("só entre nós")


def test_nothing_typed_is_lost_when_the_connection_breaks(visit: Visit) -> None:
    ana = visit("ana")
    ana.begin()
    ana.page.context.set_offline(True)
    ana.fill({"subject": "Escrito sem conexão", "description": "Um texto longo.", **DISPUTE})
    ana.page.click("button[name='do'][value='submit']:visible")
    expect(ana.page.locator(".v-offline")).to_contain_text("Sem conexão")
    expect(ana.page.locator("#subject")).to_have_value("Escrito sem conexão")
    ana.page.context.set_offline(False)
    ana.page.reload()
    expect(ana.page.locator("#description")).to_have_value("Um texto longo.")
    expect(ana.page.locator("#p-amount")).to_have_value("1.284,90")
    ana.send()
    ana.sees_turn("Bruno está analisando seu pedido")


def test_a_double_click_on_submit_makes_one_ticket(visit: Visit, vez: Stack) -> None:
    ana = visit("ana")
    ana.begin()
    ana.fill({"subject": "Cliquei duas vezes", "description": "x", **DISPUTE})
    ana.page.dblclick("button[name='do'][value='submit']:visible")
    ana.page.wait_for_url("**/tickets/0*")
    found = vez.get("ana", "/api/ticket/v1/tickets", q="Cliquei duas vezes")["items"]
    assert len(found) == 1


def test_user_text_never_becomes_markup(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    address = ana.submit(HOSTILE[:190], description=HOSTILE)
    bruno.page.goto(address)
    bruno.page.fill("#msg", HOSTILE)
    bruno.page.press("#msg", "Control+Enter")
    expect(ana.page.locator("#thread")).to_contain_text("onerror")
    for visitor in (ana, bruno):
        visitor.page.reload()
        expect(visitor.page.locator("h1")).to_contain_text("<script>")
        expect(visitor.page.locator("#thread")).to_contain_text("{{ 7*7 }}")
        assert visitor.page.evaluate("window.hacked") is None
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_values_and_names_of_files_never_become_markup(visit: Visit, vez: Stack) -> None:
    values = {"invoice": "20261107", "amount": "12.00", "reason": "other", "other_reason": HOSTILE}
    id = vez.submit("ana", "billing_dispute", values, "Com valores hostis")["id"]
    ana, bruno = visit("ana"), visit("bruno")
    ana.page.goto(f"/tickets/{id}")
    ana.page.locator("#attach summary").click()
    name = '"><img src=x onerror="window.hacked=1">.png'
    ana.page.set_input_files("#new-files", {"name": name, "mimeType": "image/png", "buffer": PIXEL})
    expect(ana.page.locator("#files a[download]")).to_have_count(1, timeout=30_000)
    for visitor in (ana, bruno):
        visitor.page.goto(f"/tickets/{id}")
        expect(visitor.page.locator("#files .v-file-name")).to_contain_text("img src=x onerror")
        expect(visitor.page.locator("img[src=x]")).to_have_count(0)
        assert visitor.page.evaluate("window.hacked") is None
    expect(ana.page.locator(".v-facts")).to_contain_text("<script>window.hacked=1</script> {{ 7*7 }}")
    expect(bruno.page.locator("textarea[id$='other_reason']")).to_have_value(HOSTILE)


def test_everything_works_without_scripts(visit: Visit) -> None:
    ana, bruno = visit("ana", script=False), visit("bruno", script=False)
    ana.page.goto("/tickets/new")
    ana.page.check("input[name='type'][value='billing_dispute']")
    ana.page.click("#choice noscript button, #choice button[type='submit']")
    ana.fill({"subject": "Sem scripts", "description": "x", **DISPUTE})
    ana.send()
    address = ana.page.url
    bruno.page.goto(address)
    bruno.page.click("#move-ask summary")
    bruno.page.fill("#comment-ask", "Qual fatura?")
    bruno.page.click("button[name='transition'][value='ask']")
    ana.page.goto(address)
    expect(ana.state()).to_have_text("Sua vez: responder")
    ana.page.fill("#msg", "Uma mensagem")
    ana.page.click("#composer button[type='submit']:not([formaction])")
    expect(ana.page.locator("#thread")).to_contain_text("Uma mensagem")
    ana.page.click("button[name='transition'][value='answer']")
    expect(ana.state()).to_have_text("Bruno está analisando seu pedido")


def test_without_the_permission_there_is_no_menu_entry_and_the_page_is_refused(visit: Visit, vez: Stack) -> None:
    vez.post(
        "admin",
        "/api/identity/v1/people",
        {
            "name": "Sem Módulo",
            "email": "sem@cliente.test",
            "kind": "customer",
            "profiles": [],
            "password": "vez-demo-9",
        },
    )
    visitor = visit()
    visitor.page.goto("/sign-in")
    visitor.page.fill("#username", "sem@cliente.test")
    visitor.page.fill("#password", "vez-demo-9")
    visitor.page.click("main button[type=submit]")
    visitor.page.wait_for_url("**/notifications")
    expect(visitor.page.locator("nav a[href='/tickets']")).to_have_count(0)
    answer = visitor.page.goto("/tickets")
    assert answer is not None
    assert answer.status == 403


def test_an_administrator_changes_a_flow_and_a_client_meets_the_new_one(visit: Visit) -> None:
    admin, leo = visit("admin"), visit("leo")
    admin.page.goto("/admin/catalog/types/equipment_repair")
    admin.page.select_option("select[name='cell.desk.client.photos']", "invisible", force=True)
    admin.page.click("button[value='plan']")
    expect(admin.page.locator(".v-plan")).to_contain_text("photos")
    admin.page.click("button[value='publish']")
    expect(admin.page.locator("#toasts")).to_contain_text("Publicado")
    leo.begin("equipment_repair")
    expect(leo.page.locator("[name='p-under_warranty']").first).to_be_visible()
    expect(leo.page.locator("[name='p-photos.new']")).to_have_count(0)


@pytest.mark.parametrize("language", ["English", "Español"])
def test_before_signing_in_the_language_can_be_chosen(visit: Visit, language: str) -> None:
    visitor = visit()
    visitor.page.goto("/sign-in")
    expect(visitor.page.locator("h1")).to_have_text("Entrar")
    visitor.page.click(f"button:has-text('{language}')")
    expect(visitor.page.locator("h1")).to_have_text({"English": "Sign in", "Español": "Ingresar"}[language])
