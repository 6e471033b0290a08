"""The listener's worker as a process: `python -m tests.contract.backbone.worker LISTENER_DB SPEAKER_DB BROKER PLACE`.

Its health is answered at the socket PLACE/health; a file PLACE/hang has its consumer stand still.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import httpx

from shared import bus
from shared.bus.consuming import WatchedConsumer
from shared.client import Credentials, Services
from tests.contract.backbone.tiny import ListenerOptions, SpeakerOptions, listener, speaker_app
from vez import health


class KnownToken(Services):
    """Asks with a token that the speaker of these tests takes."""

    def service_token(self, audience: str) -> str:
        return "test"


class Hanging(WatchedConsumer):
    """The consumer, which stands still for ever once it is told to, within its own loop as whatever it waits for would.

    A subclass is what the loop itself can be reached by; nothing else of the worker differs.
    """

    def register_with_event_loop(self, hub: Any) -> None:
        """Over RabbitMQ."""
        super().register_with_event_loop(hub)
        hub.call_repeatedly(0.1, self.hang)

    def perform_pending_operations(self) -> None:
        """Over the embedded broker."""
        super().perform_pending_operations()
        self.hang()

    def hang(self) -> None:
        """Stand still, where told to."""
        if Path(sys.argv[4], "hang").exists():
            threading.Event().wait()


def main(listener_url: str, speaker_url: str, broker_url: str, place: str) -> None:
    """Run until told to stop."""
    asked = speaker_app(SpeakerOptions(database_url=speaker_url, broker_url=broker_url))
    transports = {"ticket": httpx.WSGITransport(asked)}
    urls = {"ticket": "http://ticket", "identity": "http://127.0.0.1:1"}
    services = KnownToken(urls, credentials=Credentials("test", "test"), transports=transports)
    options = ListenerOptions(
        database_url=listener_url,
        broker_url=broker_url,
        inbox_tries=3,
        broker_visibility_seconds=2,
        worker_stalled_seconds=3,
        worker_finish_seconds=1,
    )
    app = bus.create_worker([listener(options, services)], options)
    app.conf.worker_consumer = f"{__name__}:Hanging" if __name__ != "__main__" else Hanging
    health.of_worker(Path(place, "health"), app).start()
    bus.run_worker(app)


if __name__ == "__main__":
    main(*sys.argv[1:])
