"""The image, built for real, runs everything that docker-compose.yml names, and a ticket walks through it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults import installation
from tests.faults.installation import ADDRESSES, BUILT, ENTRIES, Installation
from tests.support import images, rabbitmq
from tests.support.stack import Stack
from tests.support.waiting import wait_until
from vez import estate
from vez.demo import load

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def container() -> Iterator[images.Container]:
    """A container of the image that is built from this tree."""
    images.require()
    rabbitmq.require()
    with images.store() as store:
        store.make_base()
        store.build()
        with store.container() as one:
            yield one


@pytest.fixture(scope="module")
def vez(container: images.Container) -> Iterator[Installation]:
    """All of it, set up and running."""
    with tempfile.TemporaryDirectory(prefix="vez-image-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with installation.servers(Path(folder), container) as one:
            status, said = one.vez("setup")
            assert status == 0, said
            for entry in BUILT:
                one.start(entry)
            one.start_front()
            for entry in BUILT:
                wait_until(lambda entry=entry: is_ready(entry), f"{entry} to be ready", seconds=120, every=0.2)  # type: ignore[misc]
            wait_until(lambda: answers(f"{one.url}/readyz"), "the front to answer", seconds=20)
            yield one


def is_ready(entry: str) -> bool:
    """Whether an entry's health check would pass, at its own address."""
    place = ENTRIES[entry]["healthcheck"]["test"][-1]
    return answers(f"http://{ADDRESSES[entry]}:{place}")


def answers(url: str) -> bool:
    """Whether an address answers 200."""
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_the_image_is_nobody_special_and_cannot_change_itself(container: images.Container) -> None:
    assert container.run(["id", "-u"], {}, {}) == (0, "10001\n")
    status, _ = container.run(["touch", "/opt/vez/vez/changed", "/opt/vez/.venv/changed"], {}, {})
    assert status != 0


def test_the_image_has_nothing_of_the_embedded_stack(container: images.Container) -> None:
    status, said = container.run(["vez", "up", "--data", "/tmp/data", "--port", "0"], {}, {})
    assert status == 1
    assert "vez[embedded]" in said


def test_setting_up_again_changes_nothing(vez: Installation) -> None:
    status, said = vez.vez("setup")
    assert status == 0, said
    assert "Tables: this release's already" in said


def test_a_ticket_walks_through_it(vez: Installation) -> None:
    load.make_people(estate.load_options("identity", vez.here("identity-http")))
    with httpx.Client(base_url=vez.url, timeout=20) as client:
        load.fill(client)
    stack = Stack(vez.url, vez.folder)
    ticket = stack.submit("ana", "billing_dispute", {"invoice": "20261107", "amount": "12.00", "reason": "duplicate"})
    assert ticket["turn"]["holder"]["name"] == "Bruno Alves"
    moved = stack.act("bruno", ticket["id"], "advance", {"transition": "ask", "comment": "Envie o extrato"})
    assert moved["turn"]["side"] == "client"
    assert stack.act("ana", ticket["id"], "advance", {"transition": "answer"})["stage"]["code"] == "triage"
    wait_until(lambda: {"ana@cliente.test", "bruno@atende.test"} <= set(vez.letters.recipients), "the mail", seconds=30)
    stack.client.close()


def test_the_doctor_finds_nothing_wrong(vez: Installation) -> None:
    def well() -> bool:
        status, said = vez.vez("doctor")
        return status == 0 or said  # type: ignore[return-value]

    assert wait_until(lambda: well() is True, "the doctor to find all well", seconds=60, every=1), vez.vez("doctor")[1]
