"""The embedded object store: rclone serving a folder as S3 on a loopback socket that the supervisor holds."""

from __future__ import annotations

import os
from collections.abc import Callable

from vez import lazy
from vez.embedded import child
from vez.embedded.folder import Folder, Secrets

BUCKET = "vez"
REGION = "us-east-1"
MEMORY = "64MiB"


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
    return lambda: child.execute(arguments, environ, inherit=[socket], sockets_in_environ=True)
