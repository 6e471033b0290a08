"""The system under drill: `vez up` on a folder of its own, everything that it stands on behind a proxy."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg

from shared.contracts.topology import SERVICES
from vez.bench.stack import Stack
from vez.chaos import spawn
from vez.chaos.hook import HookServer
from vez.chaos.mail import MailServer
from vez.chaos.proxy import Proxy
from vez.chaos.rabbitmq import Node
from vez.embedded import folder as folders
from vez.embedded import postgres, store, wiring
from vez.embedded.folder import Folder
from vez.http import Origin, Unreachable

START_SECONDS: Final = 240.0
SUPERVISOR: Final = "up"


@dataclass
class System:
    """A running system. `deaths`: how many processes were killed by us, each of which may repeat a mail and a message.

    `offset`: how far its clocks are ahead of ours.
    """

    place: Path
    with_rabbitmq: bool = False
    deaths: int = 0
    offset: timedelta = timedelta()
    node: Node | None = None
    mail: MailServer = field(default_factory=MailServer)
    hook: HookServer = field(default_factory=HookServer)
    port: int = field(default_factory=spawn.free_port)
    _process: subprocess.Popen[str] | None = None
    _ends: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.folder = Folder(self.place / "data")
        self.crashes = self.place / "crashes"
        self.crashes.mkdir()
        self.clock = self.place / "clock"
        self.url = f"http://127.0.0.1:{self.port}"
        self.broker = Proxy(lambda: ("127.0.0.1", self.node.port if self.node else 0))
        self.smtp = Proxy(lambda: ("127.0.0.1", self.mail.port))
        self.objects = Proxy(lambda: ("127.0.0.1", self._store_port()))

    # -- its life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start everything and wait until it is ready. Raises NotInTime."""
        self.mail.start()
        self._ends.callback(self.mail.stop)
        self.hook.start()
        self._ends.callback(self.hook.stop)
        for proxy in (self.broker, self.smtp, self.objects):
            proxy.start()
            self._ends.callback(proxy.close)
        if self.with_rabbitmq:
            (self.place / "rabbitmq").mkdir()
            self.node = Node(self.place / "rabbitmq")
            self._ends.callback(self.node.close)
            self.node.start()
        self._ends.callback(self.down)
        self.up()

    def up(self) -> None:
        """Start `vez up` and wait until it is ready. Raises NotInTime."""
        command = [sys.executable, "-m", "vez", "up", "--data", str(self.folder.root), "--port", str(self.port)]
        with (self.place / "up.log").open("a") as log:
            self._process = spawn.start(command, env=self._environ(), log=log)
        self.wait_until_ready()

    def _environ(self) -> Mapping[str, str]:
        found = {
            "VEZ_CRASHPOINT_FOLDER": str(self.crashes),
            "VEZ_NOTIFY_WEBHOOK_ALLOW": "127.0.0.0/8",
            "VEZ_NOTIFY_SMTP_URL": f"smtp://127.0.0.1:{self.smtp.port}",
            "VEZ_ATTACHMENTS_S3_URL": f"http://127.0.0.1:{self.objects.port}",
            "VEZ_CLOCK_OFFSET_FILE": str(self.clock),
        }
        if self.with_rabbitmq:
            found["VEZ_BROKER_URL"] = f"amqp://guest:guest@127.0.0.1:{self.broker.port}//"
        return found

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until everything answers. Raises NotInTime, with the last words of a system that ended."""
        with Origin(self.url, timeout_seconds=5) as origin:
            spawn.wait_for(lambda: self._is_ready(origin), "the system to be ready", seconds=seconds)

    def _is_ready(self, origin: Origin) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise spawn.NotInTime(f"vez up ended: {(self.place / 'up.log').read_text()[-2000:]}")
        try:
            return origin.send("GET", "/readyz").status == 200
        except Unreachable:
            return False

    def down(self) -> None:
        """End `vez up` as a person does."""
        if self._process is not None:
            spawn.end(self._process, seconds=20)

    def stop(self) -> None:
        """End everything that was started, what came last first."""
        self._ends.close()

    # -- its processes ----------------------------------------------------------------------------------------------

    def processes(self) -> Mapping[str, list[int]]:
        """The pids by what they are: http, worker (or ticket-worker …), stream, postgres, front, store, mail."""
        assert self._process is not None
        found: dict[str, list[int]] = defaultdict(list)
        for pid in Stack(self._process, self.folder.root, self.url).family()[1:]:  # type: ignore[arg-type]
            try:
                output = Path(os.readlink(f"/proc/{pid}/fd/1"))
            except OSError:
                continue
            if output.suffix == ".log":
                found[output.stem].append(pid)
        return found

    def move_clock(self, by: timedelta) -> None:
        """Have the clock of every process jump, while they run: each sees it within a tenth of a second."""
        self.offset += by
        new = self.clock.with_suffix(".new")
        new.write_text(str(self.offset.total_seconds()))
        new.replace(self.clock)

    def kill(self, kind: str, chance: random.Random) -> str:
        """Kill -9 one process whose name ends in `kind`, chosen at random; its name, or nothing where none runs."""
        victims = [(name, pid) for name, pids in self.processes().items() if name.endswith(kind) for pid in pids]
        if not victims:
            return ""
        name, pid = chance.choice(sorted(victims))
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return ""
        self.deaths += 1
        return name

    # -- its databases ----------------------------------------------------------------------------------------------

    @property
    def sockets(self) -> Path:
        """Where its PostgreSQL listens. Raises NotInTime where it does not run."""
        running = folders.find_running(self.folder)
        if running is None:
            raise spawn.NotInTime("the system does not run")
        return Path(running.sockets)

    def _store_port(self) -> int:
        running = folders.find_running(self.folder)
        return running.store_port if running else 0

    def databases(self) -> Mapping[str, str]:
        """The address of each service's database."""
        secrets = folders.load_secrets(self.folder)
        return {service: wiring.database_url(self.sockets, secrets, service) for service in SERVICES}

    @property
    def bucket(self) -> Path:
        """The folder of the object store's bucket."""
        return self.folder.objects / store.BUCKET

    def superuser(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection as PostgreSQL's superuser. Raises psycopg.OperationalError."""
        secret = folders.load_secrets(self.folder).superuser
        url = postgres.address(self.sockets, "postgres", postgres.SUPERUSER, secret)
        return psycopg.connect(url, autocommit=True, connect_timeout=3)

    def postmaster(self) -> int:
        """The pid of the running PostgreSQL; 0 where none runs."""
        try:
            first = (self.folder.postgres / "postmaster.pid").read_text().partition("\n")[0]
        except OSError:
            return 0
        return int(first) if first.isdigit() else 0
