"""People by the page: many from a CSV file, and what one of them is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor
from tests.support.stack import Stack

Visit = Callable[..., Visitor]
PEOPLE = "/api/identity/v1/people"


def sent(page: Page, text: str) -> None:
    """Choose a file and have it judged."""
    page.goto("/admin/people")
    page.locator("summary", has_text="Importar de CSV").click()
    page.set_input_files("#file", {"name": "pessoas.csv", "mimeType": "text/csv", "buffer": text.encode()})
    with page.expect_navigation():
        page.get_by_role("button", name="Ver o que aconteceria").click()


def people(vez: Stack, words: str) -> list[dict[str, Any]]:
    return list(vez.get("admin", PEOPLE, q=words)["items"])


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_a_file_is_judged_first_and_done_on_a_button(vez: Stack, visit: Visit, script: bool) -> None:
    mark = f"csv{script}".lower()
    page = visit("admin", script=script, width=390 if script else 1280).page
    sent(
        page,
        f"nome;email;perfis;superior\nChefe;chefe.{mark}@vez.test;attendant;\n"
        f"Novata;novata.{mark}@vez.test;attendant;chefe.{mark}@vez.test\nErrado;sem endereço;pilot;\n",
    )
    expect(page.locator("h1")).to_have_text("O que aconteceria")
    expect(page.locator("#counts")).to_contain_text("Nada foi feito ainda.")
    expect(page.locator("tbody tr").first).to_contain_text("Isto não é um endereço de e-mail")
    assert people(vez, f"{mark}@vez.test") == []
    with page.expect_navigation():
        page.get_by_role("button", name="Importar as linhas certas").click()
    expect(page.locator("h1")).to_have_text("O que aconteceu com cada um")
    expect(page.locator("tr", has_text="Novata")).to_contain_text("criada")
    expect(page.locator("tr", has_text="Errado")).to_contain_text("ficou de fora")
    made = {each["name"]: each for each in people(vez, f"{mark}@vez.test")}
    assert made.keys() == {"Chefe", "Novata"}
    assert made["Novata"]["superior"]["name"] == "Chefe"
    sent(page, f"nome;email;idioma\nChefe;chefe.{mark}@vez.test;es\nNovata;novata.{mark}@vez.test;\n")
    expect(page.locator("tr", has_text="Chefe")).to_contain_text("pt-BR → depois es")
    expect(page.locator("tr", has_text="Novata")).to_contain_text("fica como está")


def test_a_file_with_too_many_lines_is_refused_whole(vez: Stack, visit: Visit) -> None:
    page = visit("admin").page
    sent(page, "nome\n" + "Muitos\n" * 2001)
    expect(page.locator(".v-errors")).to_contain_text("O arquivo tem 2001 pessoas: importe no máximo 2000 por vez.")
    assert people(vez, "Muitos") == []


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_a_person_gets_a_superior_guardians_and_a_time_zone_on_their_page(
    vez: Stack, visit: Visit, script: bool
) -> None:
    admin = visit("admin", script=script).page
    body = {"name": f"Tutelado {script}", "email": f"tutelado.{script}@vez.test".lower()}
    made = vez.post("admin", PEOPLE, body).json()
    admin.goto(f"/admin/people/{made['id']}")
    admin.fill("#superior", "carla dias")
    admin.fill("#guardian", "ana@cliente.test, Ninguém Assim")
    admin.select_option("#time_zone", "America/Manaus")
    save(admin)
    expect(admin.locator(".v-errors")).to_contain_text("Ninguém se chama Ninguém Assim.")
    expect(admin.locator("#superior")).to_have_value("carla dias")
    admin.fill("#guardian", "ana@cliente.test; bia lima")
    save(admin)
    seen = vez.get("admin", f"{PEOPLE}/{made['id']}")
    assert (seen["superior"]["name"], seen["time_zone"]) == ("Carla Dias", "America/Manaus")
    assert [each["name"] for each in seen["guardians"]] == ["Ana Souza", "Bia Lima"]
    admin.uncheck(f'input[name="guardians"][value="{seen["guardians"][0]["id"]}"]')
    admin.fill("#superior", "")
    save(admin)
    seen = vez.get("admin", f"{PEOPLE}/{made['id']}")
    assert (seen["superior"], [each["name"] for each in seen["guardians"]]) == (None, ["Bia Lima"])


def save(page: Page) -> None:
    """Press the form's button and arrive at what it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name="Salvar", exact=True).first.click()
