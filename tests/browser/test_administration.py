"""An administrator's day: organisations, an absence and its hand-over, who sees what, versions, mail and the log."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shared.ids import new_id
from tests.browser.test_files import PIXEL
from tests.browser.visitor import Visitor
from tests.support.stack import Stack
from tests.support.waiting import wait_until

Visit = Callable[..., Visitor]
DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
PEOPLE = "/api/identity/v1/people"
SETTINGS = "/api/workflow/v1/settings"


def person(vez: Stack, who: str) -> Any:
    """A demo person, as administrators see them."""
    found = vez.get("admin", PEOPLE, q=f"{who}@")["items"]
    return next(each for each in found if each["email"].startswith(f"{who}@"))


def submitted(vez: Stack, subject: str) -> str:
    """A request of Ana's, which Bruno gets; its id."""
    return str(vez.submit("ana", "billing_dispute", DISPUTE, subject)["id"])


def press(page: Page, name: str) -> None:
    """Press a button and arrive at the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def test_an_organisation_is_made_and_one_of_its_people_sees_the_requests_of_all(vez: Stack, visit: Visit) -> None:
    page = visit("admin").page
    page.goto("/admin/organisations")
    page.locator("summary", has_text="Nova organização").click()
    page.fill("#name", "Padaria São João")
    press(page, "Criar")
    expect(page.locator("h1")).to_have_text("Padaria São João")
    for who in ("Ana Souza", "Bia Lima"):
        page.fill('main input[name="q"]', who.split()[0])
        page.keyboard.press("Enter")
        press(page, f"Incluir {who}")
    press(page, "Criar esse perfil")
    press(page, "Deixar ver todos (Bia Lima)")
    expect(page.locator("tr", has_text="Bia Lima")).to_contain_text("os atendimentos de todos")
    expect(page.locator("tr", has_text="Ana Souza")).to_contain_text("os próprios atendimentos")
    mine = submitted(vez, "Da organização")

    def seen() -> bool:
        answer = vez.client.get(f"/api/ticket/v1/tickets/{mine}", headers=vez.bearer("bia"))
        return bool(answer.status_code == 200)

    wait_until(seen, "the colleague to see it")
    press(page, "Só os próprios (Bia Lima)")
    wait_until(lambda: not seen(), "the colleague to see it no more")
    page.locator("summary", has_text="Renomear").click()
    page.fill("#name", "Padaria São João S.A.")
    press(page, "Salvar")
    page.goto("/admin/organisations?q=sao joao")
    expect(page.locator("tbody tr")).to_contain_text("Padaria São João S.A.")
    page.goto(f"/admin/people/{person(vez, 'ana')['id']}")
    page.select_option("#organisation_id", "")
    press(page, "Salvar")
    assert person(vez, "ana")["organisation"] is None


def test_the_house_gets_a_logo_that_everybody_sees(vez: Stack, visit: Visit) -> None:
    page = visit("admin").page
    page.goto("/admin/settings")
    picture = page.locator("#s-picture")
    picture.set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": b"GIF89a"})
    press(page, "Usar esta imagem")
    expect(page.locator("main")).to_contain_text("Uma imagem PNG ou JPEG de no máximo 64 KB")
    picture.set_input_files({"name": "logo.png", "mimeType": "image/png", "buffer": PIXEL})
    press(page, "Usar esta imagem")
    try:
        stranger = visit().page
        wait_until(lambda: logo_width(stranger) == 1, "the logo on the page for signing in", seconds=60)
        answer = stranger.request.get("/house/logo")
        assert (answer.headers["content-type"], answer.body()) == ("image/png", PIXEL)
    finally:
        headers = vez.bearer("admin") | {"If-Match": "*"}
        emptied = vez.client.put(f"{SETTINGS}/house.logo", json={"value": None}, headers=headers)
        assert emptied.status_code == 200


def logo_width(page: Page) -> int:
    """How wide the house's picture is that the page for signing in shows; 0 where it shows none."""
    page.goto("/sign-in")
    logo = page.locator("img[src^='/house/logo']")
    return int(logo.first.evaluate("each => each.naturalWidth")) if logo.count() else 0


def test_an_absence_is_set_and_ended_on_a_persons_page(vez: Stack, visit: Visit) -> None:
    page = visit("admin").page
    page.goto(f"/admin/people/{person(vez, 'davi')['id']}")
    page.fill("#absent_from", "2026-01-05")
    page.fill("#absent_until", "2026-01-04")
    press(page, "Marcar a ausência")
    expect(page.locator("#absence .v-err")).to_have_count(1)
    expect(page.locator("#absent_from")).to_have_value("2026-01-05")
    page.fill("#absent_until", "")
    page.select_option("#substitute_id", label="Carla Dias")
    press(page, "Marcar a ausência")
    expect(page.locator("#absence")).to_contain_text("Ausente agora")
    expect(page.locator("#absence")).to_contain_text("vai para Carla Dias")
    assert person(vez, "davi")["is_absent"]
    press(page, "Encerrar a ausência")
    assert not person(vez, "davi")["is_absent"]
    assert person(vez, "davi")["substitute"]["name"] == "Carla Dias", "known for the next time"


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_everything_that_somebody_holds_is_handed_over_at_once(vez: Stack, visit: Visit, script: bool) -> None:
    ids = [submitted(vez, f"Repasse {number}") for number in range(22)]
    page = visit("admin", script=script).page
    page.goto(f"/admin/people/{person(vez, 'bruno')['id']}/tickets")
    expect(page.locator("tr", has_text="Repasse")).to_have_count(len(ids))
    page.fill("#to", "carla@atende.test")
    page.fill("#reason", " ")
    press(page, "Repassar o que está marcado")
    expect(page.locator(".v-errors")).to_contain_text("Diga por quê")
    expect(page.locator("#to")).to_have_value("carla@atende.test")
    page.fill("#reason", "Férias")
    press(page, "Repassar o que está marcado")
    while not script and page.get_by_role("button", name="Continuar com o resto").count():
        press(page, "Continuar com o resto")
    expect(page.locator("#next")).to_contain_text("foram tratados", timeout=60_000)
    holders = {vez.routed("admin", each)["turn"]["holder"]["name"] for each in ids}
    assert holders == {"Carla Dias"}
    said = vez.get("admin", f"/api/ticket/v1/tickets/{ids[-1]}/turns")["items"][-1]
    assert said["holder"]["name"] == "Carla Dias"


def test_who_may_see_a_request_is_told_with_the_reasons(vez: Stack, visit: Visit) -> None:
    ticket_id = submitted(vez, "Quem pode ver")
    page = visit("admin").page
    page.goto(f"/tickets/{ticket_id}")
    page.get_by_role("link", name="Quem pode ver este atendimento, e por quê").click()
    expect(page.locator("main tr", has_text="Ana Souza")).to_contain_text("o atendimento é seu")
    expect(page.locator("main tr", has_text="Bruno Alves")).to_contain_text("está com ele agora")
    expect(page.locator("main tr", has_text="Admin")).to_contain_text(
        "lê todos os atendimentos, pelo perfil Administrador"
    )
    expect(page.locator("main tr", has_text="Bia Lima")).to_have_count(0)
    bruno = visit("bruno").page
    bruno.goto(f"/tickets/{ticket_id}")
    expect(bruno.get_by_role("link", name="Quem pode ver este atendimento")).to_have_count(0)
    assert bruno.goto(f"/admin/tickets/{ticket_id}/readers").status == 403  # type: ignore[union-attr]


def test_the_log_says_in_words_what_was_done_and_by_whom(vez: Stack, visit: Visit) -> None:
    ticket_id = submitted(vez, "No registro")
    vez.act("bruno", ticket_id, "transfer", {"to": "carla@atende.test", "reason": "Para a Carla"})
    page = visit("admin").page
    page.goto(f"/admin/audit?about={ticket_id}")
    row = page.locator("tr", has_text="Transferido")
    expect(row).to_contain_text("Bruno Alves")
    expect(row).to_contain_text("para: Carla Dias")
    expect(row).to_contain_text("comentário: Para a Carla")
    expect(page.locator("#chain")).to_have_text(
        re.compile(r"A cadeia está íntegra\. Registros, cada um como foi escrito: \d+\.")
    )
    page.goto("/admin/audit?service=identity")
    expect(page.locator("tbody")).to_contain_text("Entrou")


def published(vez: Stack, change: Callable[[str], str]) -> None:
    """The catalog's file, changed and published."""
    path, kind = "/api/workflow/v1/catalog", "application/yaml"
    present = vez.client.get(path, headers=vez.bearer("admin") | {"Accept": kind})
    sent = {"Content-Type": kind, "If-Match": present.headers["ETag"]}
    answer = vez.client.put(path, content=change(present.text).encode(), headers=vez.bearer("admin") | sent)
    assert answer.status_code == 200, answer.text


def test_open_requests_move_to_the_new_version_or_say_why_they_stay(vez: Stack, visit: Visit) -> None:
    held = vez.submit("ana", "equipment_repair", {"under_warranty": False}, "Fica no balcão")
    away = vez.submit("ana", "equipment_repair", {"under_warranty": False}, "Foi à oficina")
    holder = "bruno"
    for each in (held, away):
        if (vez.ticket("admin", each["id"])["turn"]["holder"] or {}).get("queue"):
            vez.act(holder, each["id"], "take")
    vez.act(holder, away["id"], "advance", {"transition": "send"})
    published(vez, lambda text: re.sub(r"\b(code|to): workshop\b", r"\1: shop", text))
    page = visit("admin").page
    page.goto("/admin/catalog/types/equipment_repair")
    page.get_by_role("link", name="Atendimentos abertos e suas versões").click()
    expect(page.locator("tr", has_text="Fica no balcão")).to_contain_text("pode mudar")
    expect(page.locator("tr", has_text="Foi à oficina")).to_contain_text("fica")
    expect(page.locator("tr", has_text="Foi à oficina").locator("input")).to_be_disabled()
    page.get_by_role("button", name="Passar o que está marcado").click()
    expect(page.locator("li", has_text=held["number"])).to_contain_text("está agora na versão")
    versions = {each["subject"]: each["flow_version"] for each in (vez.ticket("admin", t["id"]) for t in (held, away))}
    assert versions["Fica no balcão"] == versions["Foi à oficina"] + 1


def test_mail_that_came_in_is_listed_with_what_became_of_it(mail_port: int, visit: Visit) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "ninguem@fora.test", "ajuda@vez.test", "Olá"
    letter.set_content("Oi")
    letter["Message-ID"] = f"<{new_id()}@fora.test>"
    with smtplib.LMTP("127.0.0.1", mail_port) as server:
        server.sendmail("ninguem@fora.test", ["ajuda@vez.test"], letter.as_bytes())
    page = visit("admin").page

    def listed() -> bool:
        page.goto("/admin/incoming?state=refused")
        return page.locator("tbody tr", has_text="Olá").count() > 0

    wait_until(listed, "the mail to be judged", seconds=30)
    expect(page.locator("tr", has_text="Olá")).to_contain_text("Ninguém aqui tem o endereço de onde veio.")
    page.goto("/admin/incoming?state=taken")
    expect(page.locator("tr", has_text="Olá")).to_have_count(0)
