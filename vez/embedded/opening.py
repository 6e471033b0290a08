"""The last step of a start: load the demonstration where it is wanted, then wait until everything is ready."""

from __future__ import annotations

from collections.abc import Callable

import click
import httpx
import msgspec

from shared import clock
from vez import estate
from vez.demo import load
from vez.embedded import folder as folders
from vez.embedded import setup
from vez.embedded.processes import HTTP, Stack, unix

READY_SECONDS = 120.0
CALL_SECONDS = 15.0


def open_doors(stack: Stack) -> None:
    """Return once `/readyz` answers 200. Raises ClickException with what is not ready in time."""
    transport = unix(stack.sockets / HTTP)
    with httpx.Client(transport=transport, base_url="http://127.0.0.1", timeout=CALL_SECONDS) as client:
        setup.make_clients(stack.environ)
        if stack.with_demo and not stack.folder.demo.exists():
            load.make_people(estate.load_options("identity", stack.environ))
            _wait(client, stack, lambda waiting: waiting == ["the demo catalog"] or not waiting)
            load.fill(client)
            folders.write(stack.folder.demo, msgspec.json.encode({"loaded_at": clock.now()}))
        _wait(client, stack, lambda waiting: not waiting)


def _wait(client: httpx.Client, stack: Stack, enough: Callable[[list[str]], bool]) -> None:
    until = clock.monotonic() + READY_SECONDS
    waiting = ["the services"]
    while clock.monotonic() < until:
        try:
            waiting = client.get("/readyz").json()["waiting"]
        except (httpx.TransportError, ValueError):
            waiting = ["the services"]
        if enough(waiting):
            return
        clock.sleep(0.02)
    logs = stack.folder.root / "log"
    raise click.ClickException(f"not ready after {READY_SECONDS:.0f} s: {', '.join(waiting)}. See the logs in {logs}")
