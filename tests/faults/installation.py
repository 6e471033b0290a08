"""Real servers as docker-compose.yml has them, each at an address of its own of this machine's loopback.

Every entry's name leads to its address by a hosts file, so that commands, ports and variables are those of the file.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.support import compose, objects, rabbitmq
from tests.support.images import Container
from vez import lazy
from vez.embedded import postgres

DEPLOY = compose.ROOT / "deploy"
USER = 10001
ENTRIES: dict[str, Any] = compose.interpolated(compose.variables())["services"]
ADDRESSES = {name: f"127.77.0.{number}" for number, name in enumerate(ENTRIES, 1)}
BUILT = [name for name in ENTRIES if name.rpartition("-")[2] in ("http", "worker", "stream")]


def settings_of(path: Path) -> dict[str, str]:
    """What a `key = value` file sets, without quotes."""
    lines = [line.partition("#")[0] for line in path.read_text().splitlines()]
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip(): value.strip().strip("'") for key, _, value in pairs}


def with_addresses(value: str) -> str:
    """A variable's value with the entries' addresses for their names."""
    for name, address in ADDRESSES.items():
        value = value.replace(f"@{name}:", f"@{address}:").replace(f"//{name}:", f"//{address}:")
    return value


@contextmanager
def database(folder: Path) -> Iterator[None]:
    """PostgreSQL with the settings and databases of deploy/postgres, where the entry `postgres` is."""
    environ = ENTRIES["postgres"]["environment"]
    data = folder / "postgres"
    (folder / "sockets").mkdir()
    postgres.create(data, environ["POSTGRES_PASSWORD"])
    with (data / "pg_hba.conf").open("a") as access:
        access.write("host all all 127.0.0.0/8 scram-sha-256\n")
    settings = settings_of(DEPLOY / "postgres/vez.conf") | {"listen_addresses": ADDRESSES["postgres"], "port": "5432"}
    server = postgres.start(data, folder / "sockets", password=environ["POSTGRES_PASSWORD"], settings=settings)
    try:
        reach = {"PGHOST": ADDRESSES["postgres"], "PGPASSWORD": environ["POSTGRES_PASSWORD"]}
        subprocess.run([str(DEPLOY / "postgres/databases.sh")], check=True, env={**os.environ, **environ, **reach})
        yield
    finally:
        server.stop()


class Broker(rabbitmq.Node):
    """RabbitMQ with the settings of deploy/rabbitmq and its management plugin, where the entry `rabbitmq` is."""

    host = ADDRESSES["rabbitmq"]
    port_number = 5672
    management_port = 15672

    @property
    def environment(self) -> dict[str, str]:
        """What makes it that."""
        told = ENTRIES["rabbitmq"]["environment"]
        person = f"default_user = {told['RABBITMQ_DEFAULT_USER']}\ndefault_pass = {told['RABBITMQ_DEFAULT_PASS']}\n"
        settings = self.folder / "vez.conf"
        managed = f"management.tcp.ip = {self.host}\nmanagement.tcp.port = {self.management_port}\n"
        settings.write_text((DEPLOY / "rabbitmq/vez.conf").read_text() + person + managed)
        at = {"RABBITMQ_NODE_IP_ADDRESS": self.host, "RABBITMQ_NODE_PORT": str(self.port_number)}
        private = super().environment
        (self.folder / "plugins").write_text("[rabbitmq_management].")
        return private | at | {"RABBITMQ_CONFIG_FILE": str(settings)}

    def answers(self) -> bool:
        """Whether both of its ports take a connection."""
        return all(objects.takes(self.host, port) for port in (self.port_number, self.management_port))


@contextmanager
def broker(folder: Path) -> Iterator[None]:
    """RabbitMQ for the length of a block."""
    folder.mkdir()
    node = Broker(folder)
    try:
        node.start()
        yield
    finally:
        node.close()


def store(folder: Path) -> AbstractContextManager[None]:
    """An S3 server where the entry `minio` is, with its keys."""
    told = ENTRIES["minio"]["environment"]
    return objects.running(folder, ADDRESSES["minio"], 9000, told["MINIO_ROOT_USER"], told["MINIO_ROOT_PASSWORD"])


class Letters:
    """Keeps to whom mail was sent."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take every mail."""
        self.recipients += envelope.rcpt_tos
        return "250 OK"


class Installation:
    """What runs: the origin, the letters that were sent, and the image's container to run more from."""

    def __init__(self, folder: Path, container: Container) -> None:
        self.folder = folder
        self.container = container
        self.letters = Letters()
        self.hosts = folder / "hosts"
        self.hosts.write_text("".join(f"{address} {name}\n" for name, address in ADDRESSES.items()))
        self.keys = folder / "keys"
        self.keys.mkdir()
        os.chown(self.keys, USER, USER)
        self.url = f"http://{ADDRESSES['front']}"
        self.stack = ExitStack()

    def mounts(self, entry: str) -> dict[str, Path]:
        """What an entry's process sees of this machine: all names, and the keys where the file says so."""
        keys = {"/var/lib/vez": self.keys} if ENTRIES[entry].get("volumes") else {}
        return {"/etc/hosts": self.hosts, **keys}

    def environ(self, entry: str) -> Mapping[str, str]:
        """An entry's variables, at the origin of this installation."""
        return {**ENTRIES[entry]["environment"], "VEZ_PUBLIC_URL": self.url}

    def here(self, entry: str) -> dict[str, str]:
        """The same for a process outside the image, which does not know the entries' names."""
        found = dict(self.environ(entry)) | {"VEZ_IDENTITY_KEY_FILE": str(self.keys / "signing-key.pem")}
        return {variable: with_addresses(value) for variable, value in found.items()}

    def vez(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the image as the entry `setup` is run."""
        return self.container.run(["vez", *arguments], self.environ("setup"), self.mounts("setup"))

    def start(self, entry: str) -> None:
        """Start an entry's process and end it with the rest."""
        command = ["vez", *ENTRIES[entry]["command"]]
        command[command.index("0.0.0.0")] = ADDRESSES[entry]
        call = self.container.command(command, self.environ(entry), self.mounts(entry))
        self.stack.enter_context(self.container.running(call, self.folder / f"{entry}.log"))

    def start_front(self) -> None:
        """Start the front proxy of this machine on the file of deploy/front."""
        mounts = {
            "/etc/hosts": self.hosts,
            "/caddy": Path(lazy.program("caddy")),
            "/Caddyfile": DEPLOY / "front/Caddyfile",
        }
        told = {**ENTRIES["front"]["environment"], "VEZ_SITE_ADDRESS": self.url}
        call = self.container.command(["/caddy", "run", "--config", "/Caddyfile"], told, mounts, user="0:0")
        self.stack.enter_context(self.container.running(call, self.folder / "front.log"))


@contextmanager
def servers(folder: Path, container: Container) -> Iterator[Installation]:
    """PostgreSQL, RabbitMQ, object store and mail server; what is started of the image ends before them."""
    one = Installation(folder, container)
    mail = Controller(one.letters, hostname=ADDRESSES["mail"], port=1025)
    with database(folder), broker(folder / "rabbitmq"), store(folder / "objects"):
        mail.start()
        try:
            with one.stack:
                yield one
        finally:
            mail.stop()
