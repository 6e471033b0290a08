"""Files with a request: with and without a script, as the answer to a parameter and beside it."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.visitor import Visitor

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
