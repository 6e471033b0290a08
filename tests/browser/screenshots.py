"""Pictures of the main pages for the README and the guides, from a running system: `make screenshots`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.support import stack
from tests.support.stack import Stack

ROOT = Path(__file__).parent.parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
TICKETS = "/api/ticket/v1/tickets"


def fill(vez: Stack) -> dict[str, str]:
    """A few requests in different places of their flows; the ids of those that are shown."""
    asked = vez.submit("ana", "billing_dispute", DISPUTE, "Cobrança em dobro na mensalidade de novembro")["id"]
    vez.act("bruno", asked, "advance", {"transition": "analyse"})
    vez.act("carla", asked, "take")
    version = vez.ticket("carla", asked)["version"]
    vez.client.patch(
        f"{TICKETS}/{asked}",
        json={"parameters": {"root_cause": "Boleto já agendado no banco", "refund": "1284.90"}},
        headers=vez.bearer("carla") | {"If-Match": f'"{version}"'},
    )
    vez.post("carla", f"{TICKETS}/{asked}/messages", {"body": "Bom dia, Ana! Encontramos os dois pagamentos."})
    understanding = "Vamos devolver o segundo pagamento, R$ 1.284,90, na conta de onde saiu o boleto."
    vez.post("carla", f"{TICKETS}/{asked}/understandings", {"body": understanding})
    vez.act("carla", asked, "advance", {"transition": "propose"})
    working = vez.submit(
        "bia", "billing_dispute", DISPUTE | {"amount": "310.00"}, "Taxa cobrada depois do cancelamento"
    )
    vez.submit("ana", "billing_dispute", DISPUTE | {"amount": "59.90"}, "Multa que não reconheço")
    return {"asked": asked, "working": working["id"]}


def sign_in(page: Page, url: str, who: str) -> None:
    """Sign in as a demo person."""
    page.goto(url + "/")
    page.fill("input[name=username]", who)
    page.fill("input[type=password]", stack.PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state()


def take(browser: Any, vez: Stack, who: str, shots: dict[str, str], *, width: int = 1440, dark: bool = False) -> None:
    """Pictures of some pages as one person sees them."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="pt-BR", color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    sign_in(page, vez.url, who)
    for name, path in shots.items():
        page.goto(vez.url + path)
        page.wait_for_load_state("load")
        page.screenshot(path=IMAGES / f"{name}.png", full_page=True)
    context.close()


def main() -> None:
    """Make them all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with stack.running() as vez, sync_playwright() as playwright:
        ids = fill(vez)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        ticket = f"/tickets/{ids['asked']}"
        client = {"client-home": "/tickets", "client-ticket": ticket, "client-new": "/tickets/new"}
        take(browser, vez, "ana@cliente.test", client)
        take(browser, vez, "ana@cliente.test", {"client-ticket-phone": ticket}, width=390)
        take(browser, vez, "ana@cliente.test", {"client-home-dark": "/tickets"}, dark=True)
        attendant = {"attendant-queue": "/queue", "attendant-ticket": f"/tickets/{ids['working']}"}
        take(browser, vez, "bruno@atende.test", attendant)
        take(browser, vez, "admin@vez.test", {"admin": "/admin"})
        browser.close()


if __name__ == "__main__":
    main()
