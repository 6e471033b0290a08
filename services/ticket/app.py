"""The HTTP process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from flask import Flask

from services.ticket.api import blueprints, waiting
from services.ticket.handlers import DISCARDED, RETRY_ONLY
from services.ticket.models import STORE
from services.ticket.options import Options
from services.ticket.queries.personal import SECTIONS
from services.ticket.resolvers import RESOLVERS
from shared import client, people
from shared.access import Verifier
from shared.http import Hooks, create_service
from shared.operations import operations

TRANSLATIONS: Final = Path(__file__).parent / "translations"


def create_app(options: Options, services: client.Services | None = None) -> Flask:
    """The WSGI application; opens its database, so call it in the process that serves."""
    services = services or client.for_options(options)
    app = create_service(
        options=options,
        store=STORE,
        blueprints=[*blueprints(), operations(Hooks(DISCARDED, RETRY_ONLY), SECTIONS)],
        services=services,
        verifier=Verifier(services.jwks, STORE.service),
        load_actor=people.load_actor,
        resolvers=RESOLVERS,
        translations=TRANSLATIONS,
        title="Vez ticket",
    )
    app.extensions[waiting.NAME] = waiting_room(app, options)
    return app


def waiting_room(app: Flask, options: Options) -> waiting.Waiting:
    """Where requests wait for outcomes: at most the share of this process's threads that the options say."""

    def read(ids: Sequence[str]) -> set[str]:
        with app.app_context():
            return waiting.settled(ids)

    seats = int(options.http_threads * options.waiting_share)
    return waiting.Waiting(read, seats=seats, poll_seconds=options.waiting_poll_ms / 1000)
