"""`vez run`: one process of one service, as a container runs it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest

from shared.contracts.topology import SERVICES
from tests.support import processes
from tests.support.waiting import wait_until
from vez.embedded import folder as folders

KINDS = [("identity", "http"), ("identity", "worker"), ("notify", "stream"), ("portal", "http")]


@pytest.fixture
def environ(service_database: Callable[[str], str], embedded_broker_url: str, tmp_path: Path) -> Mapping[str, str]:
    """What a process is told where every service has its own database."""
    folder = folders.open_folder(tmp_path / "data")
    folders.ensure_signing_key(folder)
    databases = {f"VEZ_{name.upper()}_DATABASE_URL": service_database("identity") for name in SERVICES}
    databases["VEZ_NOTIFY_DATABASE_URL"] = service_database("notify")
    return {**databases, "VEZ_BROKER_URL": embedded_broker_url, "VEZ_IDENTITY_KEY_FILE": str(folder.signing_key)}


def status(url: str) -> int:
    """The status at an address; 0 when nobody answers."""
    try:
        return httpx.get(url, timeout=5).status_code
    except httpx.TransportError:
        return 0


@pytest.mark.parametrize(("service", "kind"), KINDS)
def test_a_process_becomes_ready_tells_its_health_and_ends_when_told(
    service: str, kind: str, environ: Mapping[str, str], tmp_path: Path
) -> None:
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    with processes.running("vez", ["run", service, kind, "--port", str(port)], tmp_path / "log", **environ) as process:
        wait_until(lambda: status(f"{url}/readyz") == 200, "readiness", seconds=40)
        assert status(f"{url}/livez") == 200
        assert status(f"{url}/metrics") == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0, (tmp_path / "log").read_text()


def test_what_is_missing_is_told_all_at_once_in_one_line(tmp_path: Path) -> None:
    with processes.running("vez", ["run", "identity", "http"], tmp_path / "log", VEZ_HTTP_THREADS="many") as process:
        assert process.wait(30) == 1
    said = (tmp_path / "log").read_text()
    assert "VEZ_IDENTITY_KEY_FILE is not set" in said
    assert "VEZ_HTTP_THREADS" in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(("service", "kind"), [("portal", "worker"), ("ticket", "stream")])
def test_a_process_that_a_service_does_not_have_is_refused(service: str, kind: str, tmp_path: Path) -> None:
    with processes.running("vez", ["run", service, kind], tmp_path / "log") as process:
        assert process.wait(30) == 2
    assert service in (tmp_path / "log").read_text() or "notify" in (tmp_path / "log").read_text()
