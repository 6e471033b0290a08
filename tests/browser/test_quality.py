"""What a page weighs, how soon it is there, and that everybody can use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from tests.browser.visitor import Visitor
from tests.support.stack import Stack

Visit = Callable[..., Visitor]
MOST_BYTES = 200_000
WIDTHS = (1440, 768, 390, 320)
PAGES = {
    "ana": [
        "/tickets",
        "/tickets/new",
        "/tickets/new?type=billing_dispute",
        "{draft}",
        "{ended}",
        "/notifications",
        "/preferences",
        "/help",
        "{open}",
        "{open}/flow",
    ],
    "bruno": [
        "/queue?filter=all",
        "/queue?filter=my_turn",
        "/queue/new?client={ana}&type=billing_dispute",
        "{open}",
        "/queue?filter=my_queues",
        "/queue/answers",
        "/queue/new?find=ana",
    ],
    "admin": [
        "/admin/dashboard",
        "/admin/history",
        "/admin/settings",
        "/admin/people",
        "/admin/people/new",
        "/admin/people/{bruno}",
        "/admin/people/{bruno}/tickets",
        "/admin/organisations",
        "/admin/organisations/{organisation}?q=ana",
        "/admin/tickets/{ticket}/readers",
        "/admin/profiles",
        "/admin/profiles/attendant",
        "/admin/catalog",
        "/admin/catalog/types/billing_dispute",
        "/admin/catalog/file",
        "/admin/catalog/queues",
        "/admin/parked",
        "/admin/deliveries",
        "/admin/audit",
        "/admin/incoming",
        "/admin/catalog/types/equipment_repair/versions",
        "/admin/webhooks",
        "/admin/chat-rooms",
        "/admin/letters",
        "/admin/letters/approve",
        "/admin/rules",
    ],
    None: ["/sign-in", "/forgot", "/link/x", "/nothing"],
}


@pytest.fixture(scope="session")
def address(vez: Stack) -> str:
    """A request of Ana's that was asked about and answered."""
    values = {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"}
    ticket = vez.submit("ana", "billing_dispute", values, "Cobrança em dobro")
    vez.act("bruno", ticket["id"], "advance", {"transition": "ask", "comment": "Qual fatura?"})
    return f"/tickets/{ticket['id']}"


@pytest.fixture(scope="session")
def places(vez: Stack, address: str) -> dict[str, str]:
    """What stands for the names in the paths of PAGES."""
    people = {each["email"]: each["id"] for each in vez.get("admin", "/api/identity/v1/people", limit="100")["items"]}
    made = vez.post("admin", "/api/identity/v1/organisations", {"name": "Escola Aurora"}).json()
    member = f"/api/identity/v1/people/{people['leo@cliente.test']}"
    changed = vez.client.patch(
        member, json={"organisation_id": made["id"]}, headers=vez.bearer("admin") | {"If-Match": "*"}
    )
    assert changed.status_code == 200, changed.text
    kept = {"type": "billing_dispute", "subject": "Ainda penso", "description": "Texto", "parameters": {}}
    draft = vez.post("ana", "/api/ticket/v1/tickets", kept).json()["id"]
    values = {"invoice": "20261107", "amount": "10.00", "reason": "duplicate"}
    ended = vez.submit("ana", "billing_dispute", values, "Uma que se recusa")["id"]
    vez.act("bruno", ended, "advance", {"transition": "refuse", "comment": "Já foi devolvido"})
    vez.submit("ana", "billing_dispute", values, "Uma que espera")
    return {
        "draft": f"/tickets/{draft}",
        "ended": f"/tickets/{ended}",
        "ana": people["ana@cliente.test"],
        "open": address,
        "ticket": address.removeprefix("/tickets/"),
        "bruno": people["bruno@atende.test"],
        "organisation": made["id"],
    }


@pytest.mark.parametrize("who", list(PAGES), ids=str)
def test_axe_finds_nothing_in_light_and_in_dark(visit: Visit, places: dict[str, str], who: str | None) -> None:
    visitor, axe = visit(who), Axe()
    found: dict[tuple[str, str], Any] = {}
    for path in PAGES[who]:
        visitor.page.goto(path.format(**places))
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            result = axe.run(visitor.page, options={"resultTypes": ["violations"]})
            if result.violations_count:
                found[path, scheme] = [
                    (each["id"], each["nodes"][0]["html"][:160], each["nodes"][0].get("failureSummary", "")[:200])
                    for each in result.response["violations"]
                ]
    assert found == {}


@pytest.mark.parametrize("who", list(PAGES), ids=str)
def test_no_page_scrolls_sideways(visit: Visit, places: dict[str, str], who: str | None) -> None:
    """320 is a screen of 1280 at four times its size (WCAG 1.4.10)."""
    visitor = visit(who)
    too_wide = []
    for path in PAGES[who]:
        visitor.page.goto(path.format(**places))
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            if not visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                too_wide.append((path, width))
    assert too_wide == []


def test_the_first_visit_to_home_weighs_little_and_is_there_soon(visit: Visit) -> None:
    visitor = visit("ana")
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    visitor.page.goto("/tickets", wait_until="load")
    visitor.page.wait_for_timeout(300)
    assert 0 < sum(sizes) <= MOST_BYTES, sizes
    painted = visitor.page.evaluate(
        """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
             .observe({type: 'largest-contentful-paint', buffered: true}))"""
    )
    assert painted < 2500, "a second on a quiet machine"
