"""`vez run SERVICE http|worker|stream`: one process of one service, as a container runs it."""

from __future__ import annotations

from functools import partial
from typing import Any

import click
from granian.constants import Interfaces
from granian.server import Server as Granian

from shared import bus, telemetry
from shared.config import Common, environment
from shared.contracts.topology import SERVICES
from vez import estate, health
from vez.embedded import child

PORTS = {"http": 8000, "stream": 8001, "worker": 8002}


@click.command("run")
@click.argument("service", type=click.Choice(estate.APPLICATIONS))
@click.argument("kind", type=click.Choice(list(PORTS)))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to answer at.")
@click.option("--port", type=int, help="The port to answer at (http: 8000, stream: 8001, a worker's health: 8002).")
@click.option("--work-only", is_flag=True, help="A worker for long work alone (mail, checks), without events.")
def command(service: str, kind: str, host: str, port: int | None, work_only: bool) -> None:
    """Run one process of SERVICE: its HTTP server, its worker, or notify's live stream."""
    if kind == "worker" and service not in SERVICES:
        raise click.UsageError(f"{service} has no worker")
    if kind == "stream" and service != "notify":
        raise click.UsageError("notify alone has a stream")
    options = estate.load_options(service, environment())
    telemetry.set_up_logs(options.log_level)
    at = PORTS[kind] if port is None else port
    if kind == "worker":
        run_worker(service, options, (host, at), work_only=work_only)
    elif kind == "stream":
        serve(Interfaces.ASGI, partial(estate.create_stream, options), (host, at), 1)
    else:
        serve(Interfaces.WSGI, partial(_create_app, service, options), (host, at), options.http_threads)


def _create_app(service: str, options: Common) -> Any:
    child.give_memory_back()
    return estate.create_app(service, options, None)


def run_worker(service: str, options: Common, address: tuple[str, int], *, work_only: bool) -> None:
    """A Celery worker, with its health answered at `address`."""
    app = bus.create_worker([estate.create_part(service, options)], options, work_only=work_only)
    health.of_worker(address, app).start()
    bus.run_worker(app)


def serve(interface: Interfaces, load: Any, address: tuple[str, int], threads: int) -> None:
    """One granian server with one worker process; `load` makes the application in that."""
    host, port = address
    server = Granian("vez", address=host, port=port, interface=interface, workers=1, blocking_threads=threads)
    server.serve(target_loader=load, wrap_loader=False)
