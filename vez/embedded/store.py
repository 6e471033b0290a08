"""The embedded object store: rclone serving a folder as S3 on a loopback socket that the supervisor holds."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from vez import lazy
from vez.embedded import child
from vez.embedded.folder import Folder, Secrets

BUCKET = "vez"
REGION = "us-east-1"
MEMORY = "64MiB"
HALF_PUT = ".rclone_temp_put_*"
"""What rclone's S3 server calls an object that it has not yet wholly; it hides these from who asks what there is."""


def become(folder: Folder, secrets: Secrets, socket: int) -> Callable[[], None]:
    """What a forked child does to become the store."""
    arguments = [lazy.program("rclone"), "serve", "s3", "--vfs-cache-mode", "off", "--log-level", "NOTICE"]
    arguments += ["--buffer-size", "1M", "--dir-perms", "0700", "--file-perms", "0600", str(folder.objects)]
    environ = {
        "HOME": str(folder.root),
        "PATH": os.defpath,
        "RCLONE_CONFIG": os.devnull,
        "RCLONE_AUTH_KEY": f'"{secrets.store_key},{secrets.store_secret}"',
        "GOMEMLIMIT": MEMORY,
    }

    def start() -> None:
        forget_half_puts(folder.objects)
        child.execute(arguments, environ, inherit=[socket], sockets_in_environ=True)

    return start


def forget_half_puts(objects: Path) -> None:
    """Remove what a store that was killed left of puts under way: hidden as it is, no sweep would ever find it."""
    for left in objects.rglob(HALF_PUT):
        left.unlink(missing_ok=True)
