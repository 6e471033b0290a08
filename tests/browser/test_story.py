"""The six steps of the module's description as one story, and the ways a client's decision may go."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def analysed(visit: Visit) -> tuple[Visitor, Visitor, str]:
    """Ana's request, analysed by Carla and proposed to Ana: Ana, Carla and the ticket's address."""
    ana, bruno, carla = visit("ana"), visit("bruno"), visit("carla")
    address = ana.submit("Cobrança em dobro na mensalidade")
    bruno.page.goto(address)
    bruno.take_way("analyse")
    carla.page.goto(address)
    with carla.page.expect_navigation():
        carla.page.click("button:has-text('Assumir')")
    carla.fill({"understanding": "Vamos estornar até segunda.", "p-root_cause": "Boleto já agendado"})
    carla.page.fill("#p-refund", "1.284,90")
    carla.take_way("propose")
    return ana, carla, address


def test_the_six_steps_of_the_module(visit: Visit) -> None:
    admin, ana, carla = visit("admin"), visit("ana"), visit("carla")

    # 1. The default attendant is the first of the system's parameters.
    admin.page.goto("/admin/settings")
    first = admin.page.locator("form.v-setting").first
    expect(first.locator(".v-label")).to_have_text("Cliente Online › Atendente padrão")
    first.locator("select").select_option(label="Carla Dias · carla@atende.test")
    first.locator("button").click()
    expect(admin.page.locator("#toasts")).to_contain_text("Salvo")

    # 2 and 3. The module is in the menu of whom a profile lets in.
    expect(ana.page.locator("nav a[href='/tickets']")).to_be_visible()

    # 4. Group and type.
    ana.page.click("header a[href='/tickets/new']")
    ana.page.fill("#about", "cobranca")
    expect(ana.page.locator("#choice mark")).to_have_text("cobrança")
    ana.page.check("input[name='type'][value='billing_dispute']")

    # 5. Subject and request; a wrong parameter says what to correct and keeps what was typed.
    ana.fill({"subject": "Taxa que não reconheço", "description": "Veio a mais.", "p-invoice": "FT-1107"})
    ana.fill({"p-amount": "186,00", "p-reason": "other"})
    ana.page.fill("#p-other_reason", "Não está no contrato")
    ana.page.click("button[name='do'][value='submit']:visible")
    expect(ana.page.locator(".v-errors")).to_be_focused()
    expect(ana.page.locator("#p-invoice")).to_have_attribute("aria-invalid", "true")
    expect(ana.page.locator("#p-amount")).to_have_value("186,00")
    ana.page.fill("#p-invoice", "20261107")
    ana.send()
    ana.sees_turn("Carla está analisando seu pedido")
    address = ana.page.url

    # 6. The filters follow it to its end; what is not the client's turn is read-only.
    expect(ana.page.locator("#work")).to_have_count(0)
    carla.page.goto(address)
    carla.take_way("ask", "Qual o número do contrato?")
    ana.sees_turn("Sua vez: responder")
    expect(ana.page.locator(".v-quote")).to_have_text("Qual o número do contrato?")
    ana.page.goto("/tickets?filter=my_turn")
    expect(ana.page.locator("#rows")).to_contain_text("Taxa que não reconheço")
    ana.page.goto(address)
    ana.take_way("answer", "Contrato 77")
    carla.sees_turn("Sua vez: Triagem")
    carla.take_way("refuse", "A taxa está na cláusula 4")
    ana.sees_turn("Concluído")
    ana.page.goto("/tickets?filter=concluded")
    expect(ana.page.locator("#rows")).to_contain_text("Taxa que não reconheço")
    ana.page.goto(address)
    stages = ana.page.locator(".v-hist tbody tr td:first-child b").all_text_contents()
    assert stages == ["Recusado", "Recebido", "Complementar", "Recebido"]
    _put_back(admin)


def _put_back(admin: Visitor) -> None:
    first = admin.page.locator("form.v-setting").first
    first.locator("select").select_option(label="Bruno Alves · bruno@atende.test")
    first.locator("button").click()
    expect(admin.page.locator("#toasts")).to_contain_text("Salvo")


def test_a_client_rejects_with_a_reason_and_then_approves(analysed: tuple[Visitor, Visitor, str]) -> None:
    ana, carla, address = analysed
    ana.page.goto(address)
    ana.sees_turn("Sua vez: aprovar o entendimento")
    expect(ana.page.locator(".v-und")).to_have_text("Vamos estornar até segunda.")
    ana.page.click("#reject summary")
    ana.page.fill("#reject-reason", "Falta a data do depósito")
    ana.page.click("#reject button")
    ana.sees_turn("Carla está analisando seu pedido")

    carla.sees_turn("Sua vez: Em análise")
    expect(carla.page.locator(".v-hist")).to_contain_text("Falta a data do depósito")
    carla.page.fill("#understanding", "Estorno na segunda, dia 30.")
    carla.take_way("propose")

    ana.sees_turn("Sua vez: aprovar o entendimento")
    expect(ana.page.locator(".v-und")).to_have_text("Estorno na segunda, dia 30.")
    ana.page.click("button[form='decide']:visible")
    ana.sees_turn("Concluído. Foi resolvido?")
    ana.page.check("input[name='score'][value='5']")
    ana.page.click("button:has-text('Enviar avaliação')")
    expect(ana.page.locator("#h-rate")).to_have_count(0)


def test_a_draft_is_kept_while_typing_and_only_its_author_sees_it(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    ana.begin()
    ana.page.fill("#subject", "Rascunho que se guarda")
    expect(ana.page.locator("#saved")).to_contain_text(re.compile("Rascunho salvo às"))
    ana.page.goto("/tickets?filter=my_turn")
    ana.page.get_by_role("link", name="Continuar: Rascunho que se guarda").click()
    expect(ana.page.locator("#subject")).to_have_value("Rascunho que se guarda")
    assert bruno.page.goto(ana.page.url).status == 404  # type: ignore[union-attr]
    ana.page.on("dialog", lambda dialog: dialog.accept())
    ana.page.click("button[value='discard']")
    expect(ana.page.locator("#h-state")).to_have_text("Cancelado")
