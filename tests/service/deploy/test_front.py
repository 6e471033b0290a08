"""deploy/front/Caddyfile maps the one origin as the embedded stack's front does, on the real proxy."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from shared.contracts.topology import SERVICES
from tests.support import processes
from tests.support.compose import ROOT
from tests.support.waiting import wait_until
from vez import lazy
from vez.embedded import front
from vez.embedded.store import BUCKET

CADDYFILE = ROOT / "deploy" / "front" / "Caddyfile"
BEHIND = {**{f"{service}-http": 8000 for service in (*SERVICES, "portal")}, "notify-stream": 8001, "minio": 9000}


class _Echo(BaseHTTPRequestHandler):
    """Answers with who was asked for what."""

    server: Behind
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Say it."""
        said = {"name": self.server.name, "path": self.path, **dict(self.headers.items())}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())
        if "stream" in self.path:
            self.wfile.flush()
            self.server.go_on.wait(10)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing to say."""


class Behind(ThreadingHTTPServer):
    """One process behind the front."""

    daemon_threads = True

    def __init__(self, name: str, address: tuple[str, int]) -> None:
        super().__init__(address, _Echo)
        self.name = name
        self.go_on = threading.Event()

    @contextmanager
    def running(self) -> Iterator[Behind]:
        """It answers for the length of a block."""
        threading.Thread(target=self.serve_forever, daemon=True).start()
        yield self
        self.go_on.set()
        self.shutdown()
        self.server_close()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The front, its processes found at addresses of this machine instead of by name."""
    folder, port = tmp_path_factory.mktemp("front"), processes.free_port()
    text = CADDYFILE.read_text()
    with ExitStack() as stack:
        for number, (name, at) in enumerate(BEHIND.items(), 1):
            host = f"127.78.{os.getpid() % 250}.{number}"
            stack.enter_context(Behind(name, (host, at)).running())
            text = _found_at(text, name, host)
        (folder / "Caddyfile").write_text(text)
        command = [lazy.program("caddy"), "run", "--config", str(folder / "Caddyfile")]
        env = {"VEZ_SITE_ADDRESS": f"http://127.0.0.1:{port}", "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        with (folder / "log").open("w") as log:
            process = processes.start(command, env=env, log=log)
        stack.callback(processes.end, process)
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(url), "the front to answer", seconds=30, every=0.1)
        yield url


def _found_at(text: str, name: str, host: str) -> str:
    """The configuration with a process's name replaced by its address; a service gets a block of its own for it."""
    service, line = name.removesuffix("-http"), f"import service {name.removesuffix('-http')}\n"
    if line not in text:
        return text.replace(f"processes {name} ", f"processes {host} ")
    block = text[text.index("(service) {") : text.index("{$VEZ_SITE_ADDRESS")]
    own = block.replace("(service)", f"({service})").replace("{args[0]}-http", host).replace("{args[0]}", service)
    return text.replace("(service) {", f"{own}(service) {{").replace(line, f"import {service}\n")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def asked(origin: str, path: str) -> Any:
    return httpx.get(f"{origin}{path}", timeout=10).json()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_below_its_prefix_which_it_does_not_see(origin: str, service: str) -> None:
    found = asked(origin, f"/api/{service}/v1/things?x=%2F")
    assert (found["name"], found["path"]) == (f"{service}-http", "/v1/things?x=%2F")


def test_pages_are_at_the_root_and_what_is_not_mapped_is_theirs(origin: str) -> None:
    for path in ("/", "/tickets/1", "/api/nothing/v1", "/apinotify"):
        assert asked(origin, path)["name"] == "portal-http"


def test_the_bucket_is_passed_through_with_its_host(origin: str) -> None:
    found = asked(origin, f"/{BUCKET}/quarantine/a%20b?X-Amz-Signature=1")
    assert (found["name"], found["path"]) == ("minio", f"/{BUCKET}/quarantine/a%20b?X-Amz-Signature=1")
    assert found["Host"] == origin.removeprefix("http://")


def test_the_stream_is_passed_on_at_once(origin: str) -> None:
    with httpx.stream("GET", f"{origin}/api/notify/v1/stream?ticket=1", timeout=5) as answer:
        assert b"notify-stream" in next(answer.iter_raw())


def test_the_caller_is_told_by_its_address_whatever_it_claims(origin: str) -> None:
    found = httpx.get(f"{origin}/api/identity/v1/me", headers={"X-Forwarded-For": "1.2.3.4"}).json()
    assert found["X-Forwarded-For"] == "127.0.0.1"


def test_the_embedded_front_has_the_same_special_places() -> None:
    ours = CADDYFILE.read_text()
    for place in ("handle /api/notify/v1/stream {", "flush_interval -1", "lb_try_duration 10s", "header -Via"):
        assert place in ours
        assert place.replace("{", "{{") in front.CONFIGURATION
    assert f"handle /{{$VEZ_BUCKET:{BUCKET}}}/* {{" in ours


def test_the_file_is_formatted() -> None:
    done = subprocess.run([lazy.program("caddy"), "fmt", str(CADDYFILE)], capture_output=True, text=True)
    assert done.stdout == CADDYFILE.read_text()
