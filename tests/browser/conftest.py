"""A running system and a headless Chromium; skipped where there is no Chromium, unless CI is true."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from shared.config import environment
from tests.browser.visitor import Visitor
from tests.support import stack
from tests.support.processes import free_port

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PART_BYTES = 256 * 1024
PATIENCE_MS = 20_000
"""How long a page may take; a busy machine takes its time, and a test fails by what never comes."""
RESTLESS = """
window.EventSource = class extends EventSource {
  constructor(address) {
    super(address);
    setInterval(() => this.dispatchEvent(new MessageEvent("changed")), 400);
  }
};
"""
"""A house in which something changes all the time: every page is made anew under the hands of whoever uses it."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None and environment().get("CI") != "true":
        for item in items:
            if "tests/browser/" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason="Chromium is missing: apt-get install chromium"))


@pytest.fixture(scope="session")
def mail_port() -> int:
    """Where the running system takes mail in, by LMTP."""
    return free_port()


@pytest.fixture(scope="session")
def vez(mail_port: int) -> Iterator[stack.Stack]:
    """A running system with its demo. Uploads have small parts, whose addresses end soon; answers by mail come in."""
    options = {
        "VEZ_ATTACHMENTS_PART_BYTES": str(PART_BYTES),
        "VEZ_ATTACHMENTS_PARTS_SECONDS": "4",
        "VEZ_NOTIFY_REPLY_ADDRESS": "respostas@vez.test",
        "VEZ_NOTIFY_INTAKE": "ajuda@vez.test=billing_dispute",
        "VEZ_NOTIFY_MAIL_IN_URL": f"lmtp://127.0.0.1:{mail_port}",
    }
    with stack.running(**options) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(vez: stack.Stack, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """visit("ana") is a browser of Ana's, signed in; what its pages complain of fails the test."""
    open_contexts: list[Any] = []
    visitors: list[Visitor] = []

    def enter(who: str | None = None, *, width: int = 1280, dark: bool = False, script: bool = True) -> Visitor:
        context = chromium.new_context(
            base_url=vez.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale="pt-BR",
            java_script_enabled=script,
        )
        context.set_default_timeout(PATIENCE_MS)
        if script and environment().get("VEZ_TEST_RESTLESS") == "true":
            context.add_init_script(RESTLESS)
        open_contexts.append(context)
        visitor = Visitor(context.new_page(), vez.url)
        visitors.append(visitor)
        if who is not None:
            visitor.sign_in(who)
        return visitor

    yield enter
    complaints = [each for visitor in visitors for each in visitor.complaints]
    for context in open_contexts:
        context.close()
    assert complaints == []
