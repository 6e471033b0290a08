"""`vez up`: all of Vez as one command on one machine, with everything it stands on."""

from __future__ import annotations

import errno
import gc
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from shared import clock
from shared.config import environment
from vez import lazy
from vez.embedded import folder as folders
from vez.embedded import front, lean, postgres, store, wiring
from vez.embedded.child import close_in_children
from vez.embedded.folder import Folder, Running, Secrets
from vez.embedded.supervisor import Member, Stopped, Supervisor

HOST = "127.0.0.1"
BACKLOG = 1024
AFTER_CRASH_SECONDS = 2.0


@click.command("up")
@click.option("--data", type=click.Path(path_type=Path), default=Path(".vez"), envvar="VEZ_DATA", help="Where to keep.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where to serve; 0: any.")
@click.option("--no-demo", is_flag=True, help="Begin empty, without the demo's people and catalog.")
def command(data: Path, port: int, no_demo: bool) -> None:
    """Run all of Vez on this machine: database, broker, object store, mail sink and every service."""
    began = clock.monotonic()
    folder = folders.open_folder(data)
    held = folders.lock(folder)
    public = _bind(port, patient=folder.running.exists())
    close_in_children(held.fileno())
    close_in_children(public.fileno())
    up = Up(folder, public, with_demo=not no_demo, began=began)
    try:
        up.run()
    finally:
        held.close()


def _bind(port: int, *, patient: bool) -> socket.socket:
    """The public socket. After a crash the old front may hold the port for a moment. Raises ClickException."""
    until = clock.monotonic() + (AFTER_CRASH_SECONDS if patient else 0.0)
    while True:
        try:
            return socket.create_server((HOST, port), backlog=BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or clock.monotonic() > until:
                raise click.ClickException(_why(port, error)) from error
            clock.sleep(0.02)


def _why(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program: stop it, or choose another with --port"
    return f"Port {port} cannot be used: {error.strerror}. Choose another with --port"


class Up:
    """One running stack."""

    def __init__(self, folder: Folder, public: socket.socket, *, with_demo: bool, began: float) -> None:
        self.folder = folder
        self.public = public
        self.with_demo = with_demo
        self.began = began
        self.store_socket = _loopback()
        self.mail_socket = _loopback()
        self.secrets: Secrets = folders.load_secrets(folder)
        folders.ensure_signing_key(folder)
        self.sockets = folders.socket_folder(folder)
        port = public.getsockname()[1]
        given = environment()
        self.url = given.get("VEZ_PUBLIC_URL") or f"http://{HOST}:{port}"
        ours = wiring.variables(
            folder,
            self.secrets,
            self.sockets,
            url=self.url,
            store_port=self.store_socket.getsockname()[1],
            mail_port=self.mail_socket.getsockname()[1],
        )
        self.environ = wiring.chosen(ours, given)
        self.supervisor = Supervisor(tell=_tell, tick=partial(folders.bound_logs, folder))

    def run(self) -> None:
        """Start, keep alive, and end when told to. Raises ClickException when it cannot start."""
        self._say_running()
        try:
            self._start()
            click.echo(self._welcome())
            self.supervisor.watch()
        except Stopped:
            _tell("stopping")
        finally:
            self.supervisor.stop()
            self.folder.running.unlink(missing_ok=True)
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _say_running(self) -> None:
        store_port = self.store_socket.getsockname()[1]
        said = Running(pid=os.getpid(), url=self.url, sockets=str(self.sockets), store_port=store_port)
        with folders.told(self.folder.root):
            folders.write(self.folder.running, msgspec.json.encode(said))

    def _start(self) -> None:
        """Programs first; what Python needs is imported while they start, and then forked."""
        database = self._member("postgres", self._become_postgres, death=signal.SIGINT, goes_last=True)
        self.supervisor.start(database)
        become_store = store.become(self.folder, self.secrets, self.store_socket.fileno())
        asleep = self._member("store", become_store, self.store_socket)
        self.supervisor.start_when_asked(asleep, self.store_socket.fileno())
        port = self.store_socket.getsockname()[1]
        become_front = front.become(self.folder, self.sockets, self.public.fileno(), port)
        self.supervisor.start(self._member("front", become_front, self.public))
        self._start_python(database.pid)

    def _start_python(self, database_pid: int) -> None:
        """Set up while the services are imported, then fork. Nothing is imported after: it would unshare memory."""
        with self.supervisor.importing():
            processes = _preload_base()
        stack = processes.Stack(self.folder, self.sockets, self.environ, self.url, self.with_demo)
        arguments = (self.folder, self.secrets, self.sockets, database_pid, self.environ)
        setting_up = self._helper("set-up", partial(lazy.load("vez.embedded.setup").set_up, *arguments))
        self.supervisor.start(setting_up)
        with self.supervisor.importing():
            estate = _preload_services()
        for name in stack.workers():
            health = self.sockets / f"{name}.sock"
            self.supervisor.start(self._member(name, partial(processes.work, stack, name), health=health))
        self.supervisor.start(self._member("http", partial(processes.serve_http, stack)))
        if estate.has_stream():
            self.supervisor.start(self._member("stream", partial(processes.serve_stream, stack)))
        self.supervisor.start(self._member("mail", partial(processes.sink, stack, self.mail_socket), self.mail_socket))
        self.supervisor.wait_for(setting_up)
        opening = self._helper("opening", partial(processes.open_doors, stack))
        self.supervisor.start(opening)
        self.supervisor.wait_for(opening)

    def _member(
        self,
        name: str,
        become: Callable[[], None],
        keep: socket.socket | None = None,
        *,
        death: signal.Signals = signal.SIGKILL,
        goes_last: bool = False,
        health: Path | None = None,
    ) -> Member:
        kept = [keep.fileno()] if keep else []
        return Member(name, become, self.folder.log(name), kept, death, goes_last, health=health)

    def _helper(self, name: str, become: Callable[[], None]) -> Member:
        return Member(name, become, self.folder.log(name), is_helper=True)

    def _become_postgres(self) -> None:
        """The data folder is made in the child, so that the supervisor goes on meanwhile."""
        data = self.folder.postgres
        postgres.create(data, self.secrets.superuser, wiring.all_statements(self.secrets))
        postgres.clear_stale(data)
        postgres.become(postgres.command(data, self.sockets), data, self.sockets)

    def _welcome(self) -> str:
        took = clock.monotonic() - self.began
        lines = [f"Vez is ready at {self.url} ({took:.1f} s)", ""]
        if self.with_demo:
            lines += lazy.load("vez.demo.people").accounts()
        else:
            lines += [f"  Make the first administrator:  vez person create --admin E-MAIL --data {self.folder.root}"]
        lines += [
            f"  The mail it sends:             {self.url}/dev/mail",
            f"  Data and logs:                 {self.folder.root}",
            "  Stop it with Ctrl-C",
        ]
        return "\n".join(lines)


def _loopback() -> socket.socket:
    held = socket.create_server((HOST, 0), backlog=128)
    close_in_children(held.fileno())
    return held


def _preload_base() -> Any:
    """Import what the set-up needs, and what every process does."""
    gc.disable()
    lean.leave_out()
    lazy.load("vez.embedded.setup")
    return lazy.load("vez.embedded.processes")


def _preload_services() -> Any:
    """Import every service. What is frozen the collector does not touch after a fork, so that memory stays shared."""
    estate = lazy.load("vez.estate")
    estate.load_all()
    for name in ("vez.embedded.sink", "vez.embedded.opening"):
        lazy.load(name)
    gc.freeze()
    return estate


def _tell(text: str) -> None:
    click.echo(f"vez: {text}", file=sys.stderr)
