"""Keeps a throw-away PostgreSQL for as long as another process lives: `python -m vez.embedded.keeper FOLDER PID`.

Tests use it: the server ends with the test run, also when that is killed. Its address stands in FOLDER/url once it is
ready; FOLDER and the
lock beside it are removed at the end.
"""

from __future__ import annotations

import os
import select
import shutil
import sys
from pathlib import Path

from vez.embedded import postgres


def keep(folder: Path, owner: int) -> None:
    """Run a server in `folder` until the process `owner` has ended."""
    watched = os.pidfd_open(owner)
    try:
        with postgres.running(folder, settings=postgres.FOR_TESTS) as server:
            written = folder / "url.new"
            written.write_text(server.url)
            written.rename(folder / "url")
            select.select([watched], [], [])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)


if __name__ == "__main__":
    os.setsid()
    keep(Path(sys.argv[1]), int(sys.argv[2]))
