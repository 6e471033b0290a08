"""Building the image and running processes from it without a container engine: debootstrap, buildah, chroot."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.compose import ROOT
from tests.support.processes import end, start

BASE = "localhost/python:3.13-slim"
IMAGE = "localhost/vez:test"
RELEASE = "trixie"
PACKAGES = "python3,python3-venv,ca-certificates"
NEEDED = ("buildah", "debootstrap")
HOW_TO_GET = f"The image cannot be built here: as root, apt-get install {' '.join(NEEDED)}"
OF_THIS_MACHINE = {
    "/etc/ssl/certs": "/etc/ssl/certs",
    "/etc/pip.conf": "/etc/pip.conf",
    "/etc/npmrc": str(Path("/", "root", ".npmrc")),
}
"""How this machine reaches its package registries, lent to the build."""


def require() -> None:
    """Skip the test, in one line, where the tools are missing; fail in CI."""
    if os.geteuid() == 0 and all(map(shutil.which, NEEDED)):
        return
    if os.environ.get("CI") == "true":
        pytest.fail(HOW_TO_GET)
    pytest.skip(HOW_TO_GET)


class Store:
    """Where images and containers are kept: VEZ_TEST_IMAGES, which the base survives in, else a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._where = ["--root", str(folder / "images"), "--runroot", str(folder / "run"), "--storage-driver", "vfs"]

    def command(self, *arguments: str) -> list[str]:
        """A call of buildah on this store."""
        return ["buildah", *self._where, *arguments]

    def call(self, *arguments: str) -> str:
        """What buildah says; it must succeed."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, f"buildah {' '.join(arguments)}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout.strip()

    def has(self, image: str) -> bool:
        """Whether an image is here."""
        return subprocess.run(self.command("inspect", "--type", "image", image), capture_output=True).returncode == 0

    def make_base(self) -> None:
        """A Debian with Python, as no image can be pulled."""
        if self.has(BASE):
            return
        with tempfile.TemporaryDirectory(prefix="vez-base-") as folder:
            root, archive = Path(folder) / "root", Path(folder) / "root.tar"
            bootstrap = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", RELEASE, str(root)]
            done = subprocess.run(bootstrap, capture_output=True, text=True)
            subprocess.run(["umount", "--lazy", str(root / "proc")], capture_output=True)
            assert done.returncode == 0, done.stdout[-4000:]
            tar = ["tar", "--one-file-system", "--exclude=./var/cache/apt/archives/*", "-C", str(root), "-cf"]
            subprocess.run([*tar, str(archive), "."], check=True)
            container = self.call("from", "scratch")
            self.call("add", "--quiet", container, str(archive), "/")
            self.call("commit", "--quiet", "--rm", container, BASE)

    def build(self) -> None:
        """Build the image from deploy/Dockerfile."""
        lent = [f"{source}:{target}:ro" for source, target in OF_THIS_MACHINE.items() if Path(source).exists()]
        volumes = [word for volume in lent for word in ("--volume", volume)]
        arguments = ["build", "--isolation", "chroot", "--layers", "--build-arg", f"BASE_IMAGE={BASE}", *volumes]
        self.call(*arguments, "--tag", IMAGE, "--file", "deploy/Dockerfile", ".")

    @contextmanager
    def container(self) -> Iterator[Container]:
        """A container of the image for the length of a block."""
        name = self.call("from", IMAGE)
        try:
            yield Container(self, name)
        finally:
            subprocess.run(self.command("rm", name), capture_output=True)


class Container:
    """Runs processes in the image's file system, as the image's user, on this machine's network."""

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self.name = name

    def command(
        self, arguments: Sequence[str], env: Mapping[str, str], mounts: Mapping[str, Path], user: str = ""
    ) -> list[str]:
        """A call of buildah that runs `arguments`."""
        words = [word for name, value in env.items() for word in ("--env", f"{name}={value}")]
        words += [word for target, source in mounts.items() for word in ("--volume", f"{source}:{target}")]
        words += ["--user", user] if user else []
        return self.store.command("run", "--isolation", "chroot", "--no-hosts", *words, self.name, "--", *arguments)

    def run(self, arguments: Sequence[str], env: Mapping[str, str], mounts: Mapping[str, Path]) -> tuple[int, str]:
        """Run a command to its end; its status and what it said."""
        done = subprocess.run(self.command(arguments, env, mounts), capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def running(self, command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[str]]:
        """A process for the length of a block."""
        with log.open("w") as out:
            process = start(command, env={}, log=out)
        try:
            yield process
        finally:
            end(process)


@contextmanager
def store() -> Iterator[Store]:
    """The store of a test run."""
    kept = os.environ.get("VEZ_TEST_IMAGES")
    if kept:
        yield Store(Path(kept))
        return
    with tempfile.TemporaryDirectory(prefix="vez-images-", ignore_cleanup_errors=True) as folder:
        yield Store(Path(folder))
