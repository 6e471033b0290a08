"""Importing a module does nothing: no socket, no thread, no file of ours written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

PROBE = """
import importlib, pkgutil, socket, sys, threading
opened = []
def refuse(*args, **kwargs):
    if args[-1] != ("::1", 0):  # urllib3 asks the machine whether it speaks IPv6, and listens to nobody
        opened.append(args)
    raise RuntimeError("a socket was opened on import")
before = threading.active_count()
socket.socket.connect = refuse
socket.socket.bind = refuse
for name in ("shared", "services", "vez"):
    package = importlib.import_module(name)
    for found in pkgutil.walk_packages(package.__path__, name + "."):
        if ".migrations" not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
assert not opened, opened
assert threading.active_count() == before, threading.enumerate()
"""


def test_importing_every_module_opens_no_socket_and_starts_no_thread() -> None:
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr[-3000:]
