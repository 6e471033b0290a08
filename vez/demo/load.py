"""Loads the demonstration into a system that has just started; what is there already stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
import httpx

from shared import clock
from shared.config import Common
from vez import lazy
from vez.demo.people import ADMIN, DEFAULT_ATTENDANT, PASSWORD, PEOPLE

CATALOG: Final = Path(__file__).with_name("catalog.yaml")
FALLBACK_QUEUE: Final = "front_desk"
SETTINGS: Final = {
    "client_online.default_attendant": DEFAULT_ATTENDANT,
    "client_online.fallback_queue": FALLBACK_QUEUE,
}
USABLE_SECONDS: Final = 30.0


def make_people(identity: Common) -> None:
    """Make those who are not there yet. `identity`: that service's options."""
    rules: Any = lazy.load("services.identity.rules.people")
    people = [
        rules.NewPerson(
            name=person.name,
            email=person.email,
            kind=person.kind,
            language=identity.default_language,
            time_zone=identity.time_zone,
            profiles=(person.profile,),
        )
        for person in PEOPLE
    ]
    lazy.load("services.identity.app").ensure_people(identity, people, PASSWORD)


def fill(client: httpx.Client) -> None:
    """Apply the catalog and the settings as the administrator, and wait until a client may open a request."""
    admin = sign_in(client, ADMIN)
    sent = admin | {"Content-Type": "application/yaml", "If-Match": "*"}
    _sent(client.put("/api/workflow/v1/catalog", content=CATALOG.read_bytes(), headers=sent))
    for key, value in SETTINGS.items():
        path = f"/api/workflow/v1/settings/{key}"
        if _sent(client.get(path, headers=admin)).json()["value"] is None:
            _sent(client.put(path, json={"value": value}, headers=admin | {"If-Match": "*"}))
    _wait_until_usable(client)


def sign_in(client: httpx.Client, email: str) -> dict[str, str]:
    """The header of somebody of the demonstration. Raises ClickException."""
    answer = _sent(client.post("/api/identity/v1/tokens", json={"username": email, "password": PASSWORD}))
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _sent(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    said = f"{answer.status_code}: {answer.text[:500]}"
    raise click.ClickException(f"the demo: {answer.request.url.path} answered {said}")


def _wait_until_usable(client: httpx.Client) -> None:
    ana = sign_in(client, PEOPLE[0].email)
    until = clock.monotonic() + USABLE_SECONDS
    while not _sent(client.get("/api/workflow/v1/types", headers=ana)).json()["items"]:
        if clock.monotonic() > until:
            raise click.ClickException("the demo: its client is offered no request type")
        clock.sleep(0.05)
