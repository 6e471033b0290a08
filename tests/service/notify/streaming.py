"""The stream's process as tests start it: `python -m tests.service.notify.streaming PORT`."""

from __future__ import annotations

import multiprocessing
import sys

from granian.constants import Interfaces
from granian.server import Server

from services.notify.options import Options
from services.notify.stream import create_stream
from shared import config


def load() -> object:
    """The application."""
    return create_stream(config.load(Options, config.environment()))


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    port = int(sys.argv[1])
    server = Server("stream", address="127.0.0.1", port=port, interface=Interfaces.ASGI, workers_kill_timeout=1)
    server.serve(target_loader=load, wrap_loader=False)
