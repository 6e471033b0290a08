"""Files with a request: with and without a script, as the answer to a parameter and beside it."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from services.attachments.rules.sniffing import EICAR
from tests.browser.visitor import Visitor
from tests.support.waiting import wait_until

Visit = Callable[..., Visitor]
CHECKED_MS = 30_000
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def _picture(name: str) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": PIXEL}


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_files_go_with_the_request(visit: Visit, script: bool) -> None:
    ana = visit("ana", script=script)
    ana.begin("equipment_repair")
    ana.fill({"subject": "Tela quebrada", "description": "Caiu da mesa."})
    for name, file in (("p-photos.new", "tela.png"), ("files", "nota.png")):
        ana.page.set_input_files(f'input[name="{name}"]', _picture(file))
        if script:
            expect(ana.page.get_by_label(f"Baixar {file}")).to_be_visible(timeout=CHECKED_MS)
    ana.send()

    expect(ana.page.locator(".v-facts").get_by_text("tela.png")).to_be_visible()
    expect(ana.page.locator("#files .v-file-name")).to_have_text(["tela.png", "nota.png"])
    link = ana.page.locator("#files a[download]").first.get_attribute("href")
    answer = ana.page.context.request.get(str(link))
    assert (answer.status, answer.body()) == (200, PIXEL)


def test_files_are_taken_out_of_a_request_and_of_a_draft(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    address = ana.submit("Com uma nota")
    ana.page.locator("#attach summary").click()
    for name in ("nota.png", "outra.png"):
        ana.page.set_input_files("#new-files", _picture(name))
        expect(ana.page.get_by_label(f"Baixar {name}")).to_be_visible(timeout=CHECKED_MS)
    bruno.page.on("dialog", lambda dialog: dialog.accept())
    bruno.page.goto(address)
    bruno.page.get_by_role("button", name="Tirar nota.png").click()
    expect(bruno.page.locator("#files .v-file-name")).to_have_text(["outra.png"])
    expect(bruno.page.locator("#toasts")).to_contain_text("saiu")

    ana.page.on("dialog", lambda dialog: dialog.accept())
    ana.begin()
    ana.fill({"subject": "Um rascunho", "description": "Com um arquivo."})
    ana.page.set_input_files('input[name="files"]', _picture("rascunho.png"))
    expect(ana.page.get_by_label("Baixar rascunho.png")).to_be_visible(timeout=CHECKED_MS)
    ana.page.click('button[name="do"][value="save"]:visible')
    ana.page.get_by_role("button", name="Tirar rascunho.png").click()
    expect(ana.page.locator(".v-file")).to_have_count(0)


def test_a_picture_is_shown_small_and_a_refused_file_can_be_taken_back(visit: Visit) -> None:
    ana = visit("ana")
    ana.submit("Com uma foto")
    ana.page.locator("#attach summary").click()
    ana.page.set_input_files("#new-files", _picture("foto.png"))
    small = ana.page.locator("#files img.v-file-mark")
    expect(small).to_be_visible(timeout=CHECKED_MS)
    assert wait_until(lambda: small.evaluate("each => each.complete && each.naturalWidth"), "it to be loaded") == 1
    virus = {"name": "virus.txt", "mimeType": "text/plain", "buffer": EICAR}
    ana.page.set_input_files("#new-files", virus)
    expect(ana.page.locator("#files .v-file[data-refused]")).to_contain_text("vírus", timeout=CHECKED_MS)
    ana.page.on("dialog", lambda dialog: dialog.accept())
    ana.page.reload()
    ana.page.get_by_role("button", name="Tirar virus.txt").click()
    expect(ana.page.locator("#files .v-file-name")).to_have_text(["foto.png"])
