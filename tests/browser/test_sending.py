"""An upload goes on: after its addresses ended, after the connection was lost, after the page was loaded anew."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PART_BYTES
from tests.browser.visitor import Visitor
from tests.support.waiting import wait_until

Visit = Callable[..., Visitor]
CHECKED_MS = 30_000
CONTENT = b"".join(b"linha %06d\n" % n for n in range(60_000))
PARTS = -(-len(CONTENT) // PART_BYTES)


class Wire:
    """What goes to the store; the second part is held until it is let go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taken: Counter[str] = Counter()
        self.asked: list[str] = []
        self.held: Route | None = None
        page.route(re.compile(r"/vez/quarantine/"), self._pass)
        page.on("request", self._hear)

    def _pass(self, route: Route) -> None:
        number = urlsplit(route.request.url).path.rpartition("/")[2]
        if number == "2" and self.held is None:
            self.held = route
        else:
            self.taken[number] += 1
            route.continue_()

    def _hear(self, request: object) -> None:
        path = urlsplit(request.url).path  # type: ignore[attr-defined]
        if re.fullmatch(r"/files/uploads/[0-9a-f-]{36}", path):
            self.asked.append(path)

    def wait_held(self) -> Route:
        """The second part, on its way."""
        wait_until(self._is_held, "the second part to be sent")
        assert self.held is not None
        return self.held

    def _is_held(self) -> bool:
        self.page.evaluate("1")  # lets the browser's events come in
        return self.held is not None


@pytest.fixture
def ana(visit: Visit) -> Visitor:
    """Ana, on a request of hers with the field for files open."""
    ana = visit("ana")
    ana.submit("Com um arquivo grande")
    return ana


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of several parts."""
    path = tmp_path / "extrato.txt"
    path.write_bytes(CONTENT)
    return path


def choose(page: Page, file: Path) -> None:
    if not page.locator("#new-files").is_visible():
        page.locator("#attach summary").click()
    page.set_input_files("#new-files", file)


def is_stored(page: Page) -> None:
    """One row, whose file is what was sent."""
    expect(page.get_by_label("Baixar extrato.txt")).to_be_visible(timeout=CHECKED_MS)
    expect(page.locator("#files .v-file")).to_have_count(1)
    link = page.locator("#files a[download]").first.get_attribute("href")
    assert page.context.request.get(str(link)).body() == CONTENT


def test_addresses_that_ended_are_asked_for_anew(ana: Visitor, file: Path) -> None:
    wire = Wire(ana.page)
    choose(ana.page, file)
    held = wire.wait_held()
    wait_until(lambda: has_ended(held.request.url), "the address to end")
    held.continue_()
    is_stored(ana.page)
    assert wire.asked
    assert wire.taken["1"] == 1, "what the store has is not sent again"
    assert len(wire.taken) == PARTS


def test_a_lost_connection_is_waited_for(ana: Visitor, file: Path) -> None:
    wire = Wire(ana.page)
    choose(ana.page, file)
    held = wire.wait_held()
    ana.page.context.set_offline(True)
    held.abort("internetdisconnected")
    expect(ana.page.locator(".v-offline")).not_to_be_empty()
    expect(ana.page.locator("#files [data-uploading]")).to_have_count(1)
    ana.page.context.set_offline(False)
    is_stored(ana.page)
    assert wire.taken["1"] == 1, "what the store has is not sent again"


def test_after_a_reload_the_same_file_goes_on_where_it_stopped(ana: Visitor, file: Path) -> None:
    wire = Wire(ana.page)
    choose(ana.page, file)
    wire.wait_held()
    ana.page.reload()
    expect(ana.page.locator("#files .v-file-state")).to_contain_text("escolha o mesmo arquivo de novo")
    choose(ana.page, file)
    is_stored(ana.page)
    assert wire.taken["1"] == 1, "what the store has is not sent again"
    assert len(wire.asked) >= 1


def has_ended(address: str) -> bool:
    """Whether a presigned address is good no longer."""
    query = parse_qs(urlsplit(address).query)
    signed = time.mktime(time.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")) - time.timezone
    return time.time() > signed + int(query["X-Amz-Expires"][0]) + 1
