"""A real S3 server for tests: rclone on a folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import processes
from tests.support.waiting import wait_until
from vez import lazy


def takes(host: str, port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


@contextmanager
def running(folder: Path, host: str, port: int, key: str, secret: str) -> Iterator[None]:
    """It answers for the length of a block and keeps its buckets in `folder`."""
    folder.mkdir()
    command = [lazy.program("rclone"), "serve", "s3", "--addr", f"{host}:{port}", "--auth-key", f"{key},{secret}"]
    with (folder.parent / "objects.log").open("w") as log:
        process = processes.start([*command, str(folder)], env={"RCLONE_CONFIG": os.devnull}, log=log)
    try:
        wait_until(lambda: takes(host, port), "the object store to answer")
        yield
    finally:
        processes.end(process)
