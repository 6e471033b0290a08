"""Somebody in front of a browser: signs in, fills what the pages ask, reads what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, expect

from tests.support.stack import PASSWORD

DISPUTE = {"p-invoice": "20261107", "p-amount": "1.284,90", "p-reason": "duplicate"}
EXPECTED = (
    "Failed to load resource",
    "htmx:afterRequest",
    "htmx:sendAbort",
    "htmx:sendError",
    "net::ERR_INTERNET_DISCONNECTED",
)
DOMAINS = {"admin": "vez.test"} | dict.fromkeys(("bruno", "carla", "davi", "eva"), "atende.test")


class Visitor:
    """A browser of one person's. `complaints` are script errors, broken policies and requests to other origins."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._host = urlsplit(url).netloc
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        text = message.text
        if message.type in ("error", "warning") and not any(sign in text for sign in EXPECTED):
            self.complaints.append(text)

    def _watch(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme.startswith("http") and where.netloc != self._host:
            self.complaints.append(f"left the origin: {request.url}")

    def sign_in(self, who: str) -> None:
        """Sign in as a demo person (the e-mail's first part)."""
        self.page.goto("/sign-in")
        self.page.fill("#username", f"{who}@{DOMAINS.get(who, 'cliente.test')}")
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda address: "/sign-in" not in address)

    def fill(self, fields: Mapping[str, str]) -> None:
        """Fill fields by their names; a choice by its value."""
        for name, value in fields.items():
            if self.page.locator(f'input[type="radio"][name="{name}"]').count():
                self.page.check(f'input[name="{name}"][value="{value}"]')
            else:
                self.page.fill(f'[name="{name}"]:visible', value)

    def begin(self, type: str = "billing_dispute") -> None:
        """Open the form of a new request of that type."""
        self.page.goto(f"/tickets/new?type={type}")
        self.page.wait_for_selector("#subject")

    def submit(self, subject: str, **fields: str) -> str:
        """Send a billing dispute; the address of its ticket."""
        self.begin()
        self.fill({"subject": subject, "description": "Paguei duas vezes.", **DISPUTE, **fields})
        self.send()
        return self.page.url

    def send(self) -> None:
        """Press the form's button and arrive at the ticket."""
        self.page.click('button[name="do"][value="submit"]:visible')
        self.page.wait_for_url("**/tickets/0*")

    def state(self) -> Any:
        """The banner's heading."""
        return self.page.locator("#h-state")

    def sees_turn(self, words: str) -> None:
        """The banner comes to say these words, without the page being loaded anew."""
        expect(self.state()).to_contain_text(words)

    def take_way(self, transition: str, comment: str = "") -> None:
        """Take a transition, with a comment where it has a fold for one."""
        fold = self.page.locator(f"#move-{transition}")
        if fold.count() and fold.evaluate("each => each.tagName === 'DETAILS' && !each.open"):
            fold.locator("summary").click()
        if comment:
            self.page.fill(f"#comment-{transition}", comment)
        with self.page.expect_navigation():
            self.page.click(f'button[name="transition"][value="{transition}"]')
