"""Pictures of the main pages for the README and the guides, from a running system: `make screenshots`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser import past
from tests.support import stack
from tests.support.stack import Stack
from tests.support.waiting import wait_until

ROOT = Path(__file__).parent.parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DISPUTE = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
TICKETS = "/api/ticket/v1/tickets"
HEIGHT = 900
PHONE = 390


def fill(vez: Stack) -> dict[str, str]:
    """A few requests in different places of their flows; the ids of those that are shown."""
    asked = vez.submit(
        "ana",
        "billing_dispute",
        DISPUTE,
        "Cobrança em dobro na mensalidade de novembro",
        description="Paguei por Pix no dia 5 e o boleto foi debitado no dia 7. Peço a devolução de um dos dois.",
    )["id"]
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
        "bia",
        "billing_dispute",
        DISPUTE | {"amount": "310.00"},
        "Taxa cobrada depois do cancelamento",
        description="Cancelei em outubro, e a taxa de novembro veio mesmo assim.",
    )
    vez.submit(
        "ana",
        "billing_dispute",
        DISPUTE | {"amount": "59.90"},
        "Multa que não reconheço",
        description="Paguei antes do vencimento. De onde vem esta multa?",
    )
    return {"asked": asked, "working": working["id"]}


def sign_in(page: Page, url: str, who: str) -> None:
    """Sign in as a demo person."""
    page.goto(url + "/")
    page.fill("input[name=username]", who)
    page.fill("input[type=password]", stack.PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state()


def take(browser: Any, vez: Stack, who: str, shots: dict[str, str], *, width: int = 1440, dark: bool = False) -> None:
    """Pictures of some pages as one person sees them: whole ones, on a phone what its screen shows."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, locale="pt-BR", color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    sign_in(page, vez.url, who)
    for name, path in shots.items():
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(vez.url + path)
        page.wait_for_load_state("load")
        for plot in page.locator("[data-plot]").all():
            plot.locator("canvas").wait_for()
        if page.locator("#rows tr[aria-selected]").count():
            page.wait_for_selector("#preview h2")
        if width > PHONE:
            whole = int(page.evaluate("document.documentElement.scrollHeight"))
            page.set_viewport_size({"width": width, "height": max(HEIGHT, whole)})
        page.screenshot(path=IMAGES / f"{name}.png")
    context.close()


def take_mail(browser: Any, vez: Stack) -> None:
    """A picture of the mail that asks Ana to decide."""

    def asks() -> str | None:
        found = [each for each in vez.mail() if each["to"] == "ana@cliente.test"]
        return next((str(each["id"]) for each in found if "aprovar o entendimento" in each["subject"]), None)

    page = browser.new_page(viewport={"width": 760, "height": 400})
    page.goto(f"{vez.url}/dev/mail/{wait_until(asks, 'Ana to be asked by mail')}/html")
    page.screenshot(path=IMAGES / "mail.png", full_page=True)
    page.close()


def main() -> None:
    """Make them all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with stack.running() as vez, sync_playwright() as playwright:
        ids = fill(vez)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        ticket = f"/tickets/{ids['asked']}"
        client = {"client-home": "/tickets", "client-ticket": ticket, "client-new": "/tickets/new?type=billing_dispute"}
        take(browser, vez, "ana@cliente.test", client)
        take(browser, vez, "ana@cliente.test", {"client-ticket-phone": ticket}, width=PHONE)
        take(browser, vez, "ana@cliente.test", {"client-home-dark": "/tickets"}, dark=True)
        attendant = {"attendant-queue": "/queue", "attendant-ticket": f"/tickets/{ids['working']}"}
        take(browser, vez, "bruno@atende.test", attendant)
        admin = {"admin": "/admin/settings", "admin-type": "/admin/catalog/types/billing_dispute"}
        take(browser, vez, "admin@vez.test", admin)
        past.write(vez)
        take(browser, vez, "admin@vez.test", {"admin-dashboard": "/admin/dashboard"})
        take_mail(browser, vez)
        browser.close()


if __name__ == "__main__":
    main()
