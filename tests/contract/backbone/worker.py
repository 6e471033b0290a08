"""The listener's worker as a process: `python -m tests.contract.backbone.worker LISTENER_DB SPEAKER_DB BROKER`."""

from __future__ import annotations

import sys

import httpx

from shared import bus
from shared.client import Credentials, Services
from tests.contract.backbone.tiny import ListenerOptions, SpeakerOptions, listener, speaker_app


class KnownToken(Services):
    """Asks with a token that the speaker of these tests takes."""

    def service_token(self, audience: str) -> str:
        return "test"


def main(listener_url: str, speaker_url: str, broker_url: str) -> None:
    """Run until told to stop."""
    asked = speaker_app(SpeakerOptions(database_url=speaker_url, broker_url=broker_url))
    transports = {"ticket": httpx.WSGITransport(asked)}
    urls = {"ticket": "http://ticket", "identity": "http://127.0.0.1:1"}
    services = KnownToken(urls, credentials=Credentials("test", "test"), transports=transports)
    options = ListenerOptions(
        database_url=listener_url, broker_url=broker_url, inbox_tries=3, broker_visibility_seconds=2
    )
    app = bus.create_worker([listener(options, services)], options)
    bus.run_worker(app)


if __name__ == "__main__":
    main(*sys.argv[1:])
