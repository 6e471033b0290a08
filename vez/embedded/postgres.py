"""The embedded PostgreSQL: the wheel's own initdb and postgres on a unix socket, alone or below the supervisor."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import click

from shared import clock
from vez.embedded import child, ordinary

SUPERUSER = "postgres"
COMPLETE = "vez.complete"
AUTHENTICATION = "local all all scram-sha-256\n"
START_SECONDS = 30
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "160",
    "shared_buffers": "64MB",
    "io_method": "sync",
    "jit": "off",
    "autovacuum_naptime": "10s",  # what was planned while a table was empty is planned anew soon after it grew
    "scram_iterations": "64",  # the passwords are 256 random bits: more rounds guard nothing and cost each connection
    "max_wal_size": "512MB",
    "wal_buffers": "4MB",
    "max_worker_processes": "2",
    "max_logical_replication_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %d ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FOR_TESTS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "autovacuum": "off",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `url` connects as its superuser."""

    pid: int
    data: Path
    sockets: Path
    password: str = ""

    @property
    def url(self) -> str:
        """The address of the maintenance database, as superuser."""
        return address(self.sockets, "postgres", SUPERUSER, self.password)

    def stop(self) -> None:
        """End it: at once for those connected, with what was committed on the disk."""
        child.end(self.pid, (signal.SIGINT, 5), (signal.SIGQUIT, 3))


def address(sockets: Path, database: str, user: str, password: str = "") -> str:
    """A URL over the unix socket in `sockets`."""
    secret = f":{quote(password, safe='')}" if password else ""
    return f"postgresql://{user}{secret}@/{database}?host={quote(str(sockets), safe='')}"


def create(data: Path, password: str = "", statements: Sequence[str] = ()) -> bool:
    """Make the data folder, with `statements` already run (they go one by one to a single-user server, so that making
    databases waits for no disk). True when it was made now. A half-made one is made again. Raises ClickException."""
    if (data / COMPLETE).exists():
        return False
    shutil.rmtree(data, ignore_errors=True)
    bin = ordinary.programs(data)
    with tempfile.NamedTemporaryFile("w", dir=data.parent, suffix=".log") as log:
        _run(_initdb(bin, data), data, log.name, "")
        first = [f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'"] if password else []
        _run(_single(bin, data), data, log.name, "".join(f"{s};\n\n" for s in (*first, *statements)))
        _refuse_errors(Path(log.name).read_text())
    if password:
        (data / "pg_hba.conf").write_text(AUTHENTICATION)
    _sync(data)
    (data / COMPLETE).touch()
    return True


def _initdb(bin: Path, data: Path) -> list[str]:
    locale = ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-E", "UTF8"]
    return [
        str(bin / "initdb"),
        "-D",
        str(data),
        "-U",
        SUPERUSER,
        "--no-sync",
        "--no-instructions",
        "-A",
        "trust",
        *locale,
    ]


def _single(bin: Path, data: Path) -> list[str]:
    settings = {"fsync": "off", "io_method": "sync", "scram_iterations": SETTINGS["scram_iterations"]}
    return [str(bin / "postgres"), "--single", "-j", *_as_options(settings), "-D", str(data), "template1"]


def _as_options(settings: Mapping[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _run(arguments: Sequence[str], data: Path, log: str, given: str) -> None:
    """Run a program to its end with `given` as input. Raises ClickException with its last words."""
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)

    def become_program() -> None:
        os.dup2(reading, 0)
        os.close(writing)
        ordinary.become(data)
        child.execute(arguments, environment())

    pid = child.fork(become_program, log=Path(log))
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        stream.write(given)
    status = child.wait(pid, 60)
    if status != 0:
        if status is None:
            child.end(pid)
        raise click.ClickException(f"{Path(arguments[0]).name} failed: {_last_words(Path(log).read_text())}")


def _last_words(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "FATAL" in line]
    return (errors or lines or ["it said nothing"])[-1].strip()


def _refuse_errors(text: str) -> None:
    wrong = [line for line in text.splitlines() if "ERROR:" in line or "FATAL:" in line]
    if wrong:
        raise click.ClickException(f"PostgreSQL could not be set up: {wrong[0].strip()}")


def _sync(data: Path) -> None:
    """Have the file system write what it holds: initdb and the single-user server did not wait for the disk."""
    descriptor = os.open(data, os.O_RDONLY)
    try:
        if child.LIBC.syncfs(descriptor) != 0:
            raise click.ClickException(f"The disk of {data} does not take what is written")
    finally:
        os.close(descriptor)


def environment() -> dict[str, str]:
    """What initdb and postgres are told: nothing of ours. With a time zone initdb need not look for one."""
    return {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PATH": os.defpath}


def command(data: Path, sockets: Path, settings: Mapping[str, str] | None = None) -> list[str]:
    """The command line of the server."""
    chosen = {**SETTINGS, **(settings or {}), "unix_socket_directories": str(sockets)}
    return [str(ordinary.programs(data) / "postgres"), "-D", str(data), *_as_options(chosen)]


def clear_stale(data: Path) -> None:
    """Remove the pid file of a server that was killed; wait for one that is still ending. We hold the data's lock."""
    file = data / "postmaster.pid"
    until = clock.monotonic() + 10
    while file.exists() and (pid := _first_number(file)) and _works_in(pid, data):
        if clock.monotonic() > until:
            os.kill(pid, signal.SIGQUIT)
            until += 10
        clock.sleep(0.02)
    file.unlink(missing_ok=True)


def _first_number(file: Path) -> int:
    first = file.read_text().partition("\n")[0]
    return int(first) if first.isdigit() else 0


def _works_in(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve() == data.resolve() and child.is_alive(pid)
    except OSError:
        return False


def is_ready(data: Path, pid: int) -> bool:
    """Whether the server with this pid, and no other, accepts connections."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def become(arguments: Sequence[str], data: Path, sockets: Path) -> None:
    """In a forked child: become the server of this command line."""
    parent = os.getppid()
    ordinary.become(data, sockets)
    child.die_with_parent(signal.SIGINT, parent)  # again: changing who we are may have cleared it
    child.execute(arguments, environment())


def start(
    data: Path, sockets: Path, *, password: str = "", settings: Mapping[str, str] | None = None, log: Path | None = None
) -> Server:
    """Start the server on a data folder that `create` made and wait until it is ready. Raises ClickException."""
    clear_stale(data)
    log = log or data / "server.log"
    arguments = command(data, sockets, settings)
    pid = child.fork(lambda: become(arguments, data, sockets), log=log, death=signal.SIGINT)
    until = clock.monotonic() + START_SECONDS
    while not is_ready(data, pid):
        if child.wait(pid, 0.005) is not None or clock.monotonic() > until:
            raise click.ClickException(f"PostgreSQL does not start: {_last_words(log.read_text())}")
    return Server(pid, data, sockets, password)


@contextmanager
def running(folder: Path, *, password: str = "", settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server of its own in `folder`, made when it is not there, for the length of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    create(folder / "postgres", password)
    with tempfile.TemporaryDirectory(prefix="vez-") as sockets:
        server = start(folder / "postgres", Path(sockets), password=password, settings=settings)
        try:
            yield server
        finally:
            server.stop()
