"""The data folder of one installation: what is kept in it, its lock, its secrets, what a running stack says."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.contracts.topology import SERVICES

CLIENTS = (*SERVICES, "portal")
FREE_MEGABYTES = 200
LONGEST_SOCKET = 107
PLAIN = re.compile(r"[A-Za-z0-9._/-]+")
LOG_BYTES = 5_000_000


class Secrets(msgspec.Struct, frozen=True):
    """What is made once at random and told to nobody: of database roles, of machine clients, of the object store."""

    superuser: str
    roles: dict[str, str]
    clients: dict[str, str]
    store_key: str
    store_secret: str


class Running(msgspec.Struct, frozen=True):
    """What a running stack says of itself to other commands."""

    pid: int
    url: str
    sockets: str
    store_port: int = 0


@dataclass(frozen=True, slots=True)
class Folder:
    """The places in a data folder."""

    root: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data."""
        return self.root / "postgres"

    @property
    def objects(self) -> Path:
        """The object store: a folder for each bucket."""
        return self.root / "objects"

    @property
    def mail(self) -> Path:
        """The mail sink's messages."""
        return self.root / "mail"

    @property
    def signing_key(self) -> Path:
        """The private key with which identity signs tokens."""
        return self.root / "signing-key.pem"

    @property
    def demo(self) -> Path:
        """Says when the demonstration was loaded."""
        return self.root / "demo.json"

    def log(self, process: str) -> Path:
        """The log file of a process."""
        return self.root / "log" / f"{process}.log"

    @property
    def running(self) -> Path:
        """What the running stack says of itself; left behind by a killed one."""
        return self.root / "running.json"


def open_folder(root: Path) -> Folder:
    """Make the folder and those in it where they are missing. Raises ClickException when the disk does not allow it."""
    folder = Folder(root.expanduser().absolute())
    with told(folder.root):
        for place in (folder.root, folder.root / "log", folder.mail, folder.objects / "vez"):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_full(folder.root)
    return folder


@contextmanager
def told(place: Path) -> Iterator[None]:
    """Turns what the operating system says about a folder into one sentence."""
    reasons = {
        errno.EROFS: "the disk is read-only",
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EACCES: "this user may not write there",
        errno.EPERM: "this user may not write there",
        errno.ENOTDIR: "a part of that path is a file",
        errno.EEXIST: "that is a file",
    }
    try:
        yield
    except OSError as error:
        reason = reasons.get(error.errno or 0, error.strerror or str(error))
        raise click.ClickException(f"Data cannot be kept in {place}: {reason}") from error


def _refuse_full(place: Path) -> None:
    disk = os.statvfs(place)
    free = disk.f_bavail * disk.f_frsize // 1_000_000
    if free < FREE_MEGABYTES:
        raise click.ClickException(
            f"Data cannot be kept in {place}: the disk is full ({free} MB left, {FREE_MEGABYTES} MB are needed)"
        )
    with tempfile.TemporaryFile(dir=place) as probe:
        probe.write(b"\0" * 4096)


def lock(folder: Folder) -> IO[str]:
    """The lock that a stack holds as long as it lives. Raises ClickException when another one runs on this folder."""
    with told(folder.root):
        file = (folder.root / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        running = find_running(folder)
        where = f" at {running.url}" if running else ""
        raise click.ClickException(
            f"Vez is running on {folder.root} already{where}: open it, or stop it first"
        ) from None
    return file


def is_locked(folder: Folder) -> bool:
    """Whether a stack runs on this folder."""
    try:
        with (folder.root / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def find_running(folder: Folder) -> Running | None:
    """What the stack that runs on this folder says of itself."""
    try:
        return msgspec.json.decode(folder.running.read_bytes(), type=Running)
    except (OSError, msgspec.DecodeError):
        return None


def write(path: Path, content: bytes) -> None:
    """Write a file that only this user reads, all of it or nothing. Raises OSError."""
    new = path.with_name(f"{path.name}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def load_secrets(folder: Folder) -> Secrets:
    """The secrets of this installation, made the first time; a role or client that is new gets one. Raises
    ClickException."""
    path = folder.root / "secrets.json"
    with told(folder.root):
        present = path.read_bytes() if path.exists() else b""
    try:
        known = msgspec.json.decode(present) if present else {}
        complete = msgspec.convert({**_new_secrets(), **known}, Secrets)
    except msgspec.MsgspecError as error:
        raise click.ClickException(f"{path} is damaged: {error}. Put back the one that was there") from error
    for place, names in ((complete.roles, (*SERVICES, "broker")), (complete.clients, CLIENTS)):
        for name in names:
            place.setdefault(name, secrets.token_urlsafe(32))
    encoded = msgspec.json.encode(complete)
    if encoded != present:
        with told(folder.root):
            write(path, encoded)
    return complete


def _new_secrets() -> dict[str, object]:
    return {
        "superuser": secrets.token_urlsafe(32),
        "roles": {},
        "clients": {},
        "store_key": secrets.token_hex(10),
        "store_secret": secrets.token_urlsafe(32),
    }


def new_signing_key() -> bytes:
    """A new Ed25519 private key, in PEM."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def ensure_signing_key(folder: Folder) -> None:
    """Make the Ed25519 key with which identity signs tokens, once. Raises ClickException."""
    if not folder.signing_key.exists():
        with told(folder.root):
            write(folder.signing_key, new_signing_key())


def socket_folder(folder: Folder) -> Path:
    """A private folder for sockets: in the data folder, or a temporary one where that path is too long for a socket,
    or has signs that a connection string would have to quote."""
    _remove_left(folder)
    place = folder.root / "run"
    if len(str(place / ".s.PGSQL.5432.lock")) > LONGEST_SOCKET or not PLAIN.fullmatch(str(place)):
        return Path(tempfile.mkdtemp(prefix="vez-"))
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    return place


def _remove_left(folder: Folder) -> None:
    """Remove the temporary folder of a stack that was killed."""
    left = find_running(folder)
    if left is not None and Path(left.sockets).parent == Path(tempfile.gettempdir()):
        shutil.rmtree(left.sockets, ignore_errors=True)


def bound_logs(folder: Folder) -> None:
    """Keep each log and one older part of it, 5 MB each; whoever writes goes on at the beginning of the file."""
    for log in (folder.root / "log").glob("*.log"):
        if log.stat().st_size > LOG_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
