"""What each forked Python process of the embedded stack does. Importing this brings in everything that they share."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server as Granian

from shared import bus, client, telemetry
from shared.contracts.topology import SERVICES
from vez import estate, health, lazy
from vez.embedded import child, mail_page, setup
from vez.embedded.dispatcher import Dispatcher
from vez.embedded.folder import Folder
from vez.embedded.mailbox import Mailbox

HTTP = "http.sock"
STREAM = "stream.sock"


@dataclass(frozen=True, slots=True)
class Stack:
    """What the processes need to know."""

    folder: Folder
    sockets: Path
    environ: Mapping[str, str]
    url: str
    with_demo: bool

    def workers(self) -> dict[str, list[str]]:
        """The workers by name, and the services of each.

        The embedded broker has one mailbox, so one worker serves all; RabbitMQ has one a service, so each gets its own.
        """
        if bus.is_embedded(self.environ["VEZ_BROKER_URL"]):
            return {"worker": estate.present()}
        return {f"{service}-worker": [service] for service in estate.present()}


def serve_http(stack: Stack) -> None:
    """All services and the pages in one WSGI process."""
    options = estate.load_options("ticket", stack.environ)
    _granian(stack.sockets / HTTP, Interfaces.WSGI, partial(_load_http, stack), options.http_threads)


def serve_stream(stack: Stack) -> None:
    """The live stream."""
    _granian(stack.sockets / STREAM, Interfaces.ASGI, partial(_load_stream, stack), 1)


def _granian(address: Path, interface: Interfaces, load: Any, threads: int) -> None:
    multiprocessing.set_start_method("fork")
    address.unlink(missing_ok=True)
    server = Granian(
        "vez",
        uds=address,
        interface=interface,
        workers=1,
        blocking_threads=threads,
        log_level=LogLevels.warning,
        workers_kill_timeout=2,
    )
    server.serve(target_loader=load, wrap_loader=False)


def _settle(stack: Stack, service: str) -> None:
    """In granian's own worker: it has a parent of its own to die with, and its logs to set up."""
    child.die_with_parent(signal.SIGKILL, os.getppid())
    child.give_memory_back()
    telemetry.set_up_logs(estate.load_options(service, stack.environ).log_level)


def _load_http(stack: Stack) -> Dispatcher:
    _settle(stack, "ticket")
    others = [*stack.workers(), *(["stream"] if estate.has_stream() else [])]
    checks = [health.asked(stack.sockets / f"{name}.sock", f"the {name}") for name in others]
    dispatcher = Dispatcher([*checks, partial(_demo_missing, stack)])
    transports = dispatcher.transports()
    for service in estate.present():
        options = estate.load_options(service, stack.environ)
        dispatcher.services[service] = estate.create_app(service, options, transports)
    dispatcher.pages = estate.create_app("portal", estate.load_options("portal", stack.environ), transports)
    dispatcher.mail = mail_page.create_app(Mailbox(stack.folder.mail), stack.url)
    return dispatcher


def _demo_missing(stack: Stack) -> str | None:
    return "the demo catalog" if stack.with_demo and not stack.folder.demo.exists() else None


def _load_stream(stack: Stack) -> Any:
    _settle(stack, "notify")
    return estate.create_stream(estate.load_options("notify", stack.environ))


def work(stack: Stack, name: str) -> None:
    """The events and timers of one worker's services, once the databases are set up."""
    child.give_memory_back()
    setup.wait_until_done(stack.sockets)
    transports = to_http(stack)
    served = stack.workers()[name]
    options = {service: estate.load_options(service, stack.environ) for service in served}
    telemetry.set_up_logs(options[served[0]].log_level)
    parts = [estate.create_part(service, options[service], transports) for service in served]
    app = bus.create_worker(parts, options[served[0]])
    warnings.filterwarnings("ignore", "You're running the worker with superuser privileges")
    health.of_worker(stack.sockets / f"{name}.sock", app).start()
    bus.run_worker(app)


def sink(stack: Stack, taken: socket.socket) -> None:
    """The mail sink."""
    lazy.load("vez.embedded.sink").take_mail(stack.folder, taken)


def open_doors(stack: Stack) -> None:
    """The last step of a start."""
    lazy.load("vez.embedded.opening").open_doors(stack)


def to_http(stack: Stack) -> dict[str, httpx.BaseTransport]:
    """For each service a transport onto the HTTP process, without the front between."""
    return {service: unix(stack.sockets / HTTP) for service in SERVICES}


def unix(address: Path) -> httpx.HTTPTransport:
    """A transport onto a unix socket. Nothing to verify: loading the authorities' certificates takes 0.07 s."""
    return httpx.HTTPTransport(uds=str(address), verify=False, limits=client.LIMITS)
