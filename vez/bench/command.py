"""`vez bench run`: what Vez does in a second, beside a yardstick in the same run; `vez bench load`: a large house."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from shared import clock
from shared.ids import new_id
from vez.bench import stack as stacks
from vez.bench.driver import Connection, Figures, measure
from vez.bench.files import Files
from vez.bench.load.command import load
from vez.embedded import folder as folders
from vez.embedded import wiring
from vez.embedded.child import die_with_parent

PASSWORD = "vez-demo"  # noqa: S105 - the demo's, printed by vez up
REQUEST = {
    "type": "billing_dispute",
    "subject": "Cobrança em dobro na mensalidade",
    "description": "Paguei a mensalidade de novembro por Pix e o boleto foi debitado no dia seguinte.",
    "parameters": {"invoice": "20261107", "amount": "1284.90", "reason": "duplicate"},
}
SETTLE_SECONDS = 3
BACKLOG_SECONDS = 600


@click.group("bench")
def bench() -> None:
    """Measure this machine's Vez."""


bench.add_command(load)


@bench.command("run")
@click.option("--creates", default=2000, show_default=True, help="Tickets made at c=8 with the workers held.")
@click.option("--reads", default=3000, show_default=True, help="Reads of a ticket, and of a list, at c=8.")
@click.option("--idle", default=200, show_default=True, help="Requests submitted one by one.")
@click.option(
    "--files",
    "megabytes",
    type=click.IntRange(0, 250),
    default=200,
    show_default=True,
    help="Megabytes of each file measured; 0: none is.",
)
@click.option("--log", "event_log", type=click.Path(path_type=Path, exists=True), help="An event log to replay too.")
@click.option("--cases", default=500, show_default=True, help="Cases of the log to replay.")
@click.option("--json", "target", type=click.Path(path_type=Path), help="Where to write the figures.")
def run(
    creates: int, reads: int, idle: int, megabytes: int, event_log: Path | None, cases: int, target: Path | None
) -> None:
    """Start a system of its own, measure it and the yardstick in turn, and end it."""
    with tempfile.TemporaryDirectory(prefix="vez-bench-") as place:
        data = Path(place) / "data"
        with stacks.running(data, _free_port()) as stack:
            measured = Measured(stack, data)
            found = measured.all(creates, reads, idle)
            if megabytes:
                found["files"] = measured.files(megabytes)
        if event_log is not None:
            # A system of its own: the other still has thousands of requests to route.
            with stacks.running(Path(place) / "replayed", _free_port()) as stack:
                found["replay"] = _replay(stack, event_log, cases, Path(place) / "replay.json")
    _show(found)
    if target is not None:
        target.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


class Measured:
    """One system under measurement."""

    def __init__(self, stack: stacks.Stack, data: Path) -> None:
        self.stack = stack
        self.data = data
        folder = folders.Folder(data.resolve())
        told = folders.find_running(folder)
        assert told is not None
        self.sockets = Path(told.sockets)
        secrets = folders.load_secrets(folder)
        self.database_url = wiring.database_url(self.sockets, secrets, "ticket")
        self.http = self.sockets / "http.sock"
        self.tokens = {who: self._token(who) for who in ("ana@cliente.test", "bruno@atende.test")}

    def all(self, creates: int, reads: int, idle: int) -> dict[str, Any]:
        """Every figure."""
        clock.sleep(SETTLE_SECONDS)
        found: dict[str, Any] = {"idle_pss_mb": round(self.stack.pss_mb())}
        found["submit_to_holder"] = asdict(self.submit_to_holder(idle))
        with yardstick(self.database_url, self.data / "yard.sock") as yard, self.stack.workers_held():
            before = self.stack.cpu_seconds()
            for name, count in (("create", creates), ("read", reads), ("list", reads)):
                rounds = [self._pair(name, count // 2, yard) for _ in range(2)]
                ours, theirs = (_better(rounds, side) for side in (0, 1))
                found[name] = asdict(ours) | {"yardstick_per_second": theirs.per_second}
                found[name]["ratio"] = round(ours.per_second / theirs.per_second, 2)
            found["cpu_seconds"] = _spent(before, self.stack.cpu_seconds())
        return found

    def files(self, megabytes: int) -> dict[str, Any]:
        """Checking, reading and sending files, each beside the MinIO SDK alone on the same store."""
        measured = Files(self, self.data, self._routed(), megabytes).measure()
        return {name: asdict(pair) for name, pair in measured.items()}

    def _routed(self) -> str:
        """The id of a new request that has its holder: by then the workers did all that was asked of them before."""
        connection, headers = Connection(self.http), self.headers()
        keyed = headers | {"Idempotency-Key": new_id()}
        status, ticket = connection.call("POST", "/api/ticket/v1/tickets", REQUEST | {"submit": True}, keyed)
        _expect(status, 202)
        path, until = f"/api/ticket/v1/tickets/{ticket['id']}", clock.monotonic() + BACKLOG_SECONDS
        while clock.monotonic() < until:
            status, found = connection.call("GET", path, None, headers)
            _expect(status, 200)
            if found["turn"]["holder"] is not None:
                return str(ticket["id"])
            clock.sleep(0.5)
        raise click.ClickException(f"the workers had more to do than {BACKLOG_SECONDS} s of work")

    def _token(self, who: str) -> str:
        status, answer = Connection(self.http).call(
            "POST", "/api/identity/v1/tokens", {"username": who, "password": PASSWORD}
        )
        if status != 200:
            raise click.ClickException(f"{who} cannot sign in: {status}")
        return str(answer["access_token"])

    def headers(self, who: str = "ana@cliente.test") -> dict[str, str]:
        """The headers of a call."""
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    def submit_to_holder(self, count: int) -> Figures:
        """One by one, from sending a request until it is known who holds it."""

        def call(connection: Connection, number: int) -> None:
            headers = self.headers() | {"Prefer": "wait=5", "Idempotency-Key": new_id()}
            status, ticket = connection.call("POST", "/api/ticket/v1/tickets", REQUEST | {"submit": True}, headers)
            if status != 200 or ticket["turn"]["holder"] is None:
                raise click.ClickException(f"a request was not routed: {status}")

        measure(self.http, 20, 1, call)
        return measure(self.http, count, 1, call)

    def _pair(self, name: str, count: int, yard: Path) -> tuple[Figures, Figures]:
        ours = getattr(self, f"_{name}")
        theirs = getattr(self, f"_yard_{name}")
        theirs(yard, max(50, count // 10))
        ours(max(50, count // 10))
        return ours(count), theirs(yard, count)

    def _create(self, count: int) -> Figures:
        def call(connection: Connection, number: int) -> None:
            headers = self.headers() | {"Idempotency-Key": new_id()}
            status, _ = connection.call("POST", "/api/ticket/v1/tickets", REQUEST | {"submit": True}, headers)
            _expect(status, 202)

        return measure(self.http, count, 8, call)

    def _read(self, count: int) -> Figures:
        headers = self.headers()
        _, listed = Connection(self.http).call("GET", "/api/ticket/v1/tickets?filter=all", None, headers)
        path = f"/api/ticket/v1/tickets/{listed['items'][0]['id']}"
        return measure(self.http, count, 8, lambda c, n: _expect(c.call("GET", path, None, headers)[0], 200))

    def _list(self, count: int) -> Figures:
        headers = self.headers()
        path = "/api/ticket/v1/tickets?filter=all&limit=25"
        return measure(self.http, count, 8, lambda c, n: _expect(c.call("GET", path, None, headers)[0], 200))

    @staticmethod
    def _yard_create(yard: Path, count: int) -> Figures:
        return measure(yard, count, 8, lambda c, n: _expect(c.call("POST", "/tickets", REQUEST)[0], 201))

    @staticmethod
    def _yard_read(yard: Path, count: int) -> Figures:
        _, listed = Connection(yard).call("GET", "/tickets")
        path = f"/tickets/{listed['items'][0]['id']}"
        return measure(yard, count, 8, lambda c, n: _expect(c.call("GET", path)[0], 200))

    @staticmethod
    def _yard_list(yard: Path, count: int) -> Figures:
        return measure(yard, count, 8, lambda c, n: _expect(c.call("GET", "/tickets")[0], 200))


def _better(rounds: list[tuple[Figures, Figures]], side: int) -> Figures:
    return max((pair[side] for pair in rounds), key=lambda f: f.per_second)


def _expect(status: int, wanted: int) -> None:
    if status != wanted:
        raise click.ClickException(f"an answer was {status} instead of {wanted}")


def _spent(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: round(seconds - before.get(name, 0.0), 2) for name, seconds in sorted(after.items())}


@contextmanager
def yardstick(database_url: str, address: Path) -> Iterator[Path]:
    """The yardstick's server for the length of a block; its socket."""
    parent = os.getpid()
    process = subprocess.Popen(
        [sys.executable, "-m", "vez.bench.yardstick", database_url, str(address)],
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: die_with_parent(signal.SIGTERM, parent),
    )
    try:
        until = clock.monotonic() + 30
        while not _answers(address):
            if clock.monotonic() > until or process.poll() is not None:
                raise click.ClickException("the yardstick did not start")
            clock.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


def _answers(address: Path) -> bool:
    try:
        return Connection(address).call("GET", "/tickets")[0] == 200
    except OSError:
        return False


def _replay(stack: stacks.Stack, event_log: Path, cases: int, target: Path) -> Any:
    command = [sys.executable, "-m", "vez", "replay", str(event_log), "--url", stack.url]
    before = stack.cpu_seconds()
    subprocess.run([*command, "--cases", str(cases), "--json", str(target)], check=True)
    return msgspec.json.decode(target.read_bytes()) | {"cpu_seconds": _spent(before, stack.cpu_seconds())}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _show(found: dict[str, Any]) -> None:
    table = Table("what", "Vez", "yardstick", "ratio", "p50 ms", "p99 ms", title="Measured in one run")
    for name in ("create", "read", "list"):
        row = found[name]
        cells = (f"{row['per_second']:.0f}/s", f"{row['yardstick_per_second']:.0f}/s", f"{row['ratio']:.2f}")
        table.add_row(f"{name} at c=8", *cells, f"{row['p50_ms']:.1f}", f"{row['p99_ms']:.1f}")
    idle = found["submit_to_holder"]
    table.add_row("submit → holder, idle", "", "", "", f"{idle['p50_ms']:.1f}", f"{idle['p99_ms']:.1f}")
    console = Console()
    console.print(table)
    if "files" in found:
        console.print(_files_shown(found["files"]))
    console.print(f"The whole system idle: {found['idle_pss_mb']} MB (PSS)")
    console.print(f"Processor seconds while measuring: {found['cpu_seconds']}")


def _files_shown(found: dict[str, Any]) -> Table:
    table = Table("files", "Vez", "MinIO SDK alone", "ratio", title="The same store, in one run")
    for name, pair in found.items():
        ours, theirs = pair["megabytes_per_second"], pair["sdk_megabytes_per_second"]
        table.add_row(name, f"{ours:.0f} MB/s", f"{theirs:.0f} MB/s", f"{pair['ratio']:.2f}")
    return table
