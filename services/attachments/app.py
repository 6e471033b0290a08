"""The HTTP process, and what an operator asks of the service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from flask import Flask

from services.attachments.api import blueprints
from services.attachments.api.places import keep_store
from services.attachments.gateways.store import S3Store, hurried
from services.attachments.handlers import DISCARDED, RETRY_ONLY
from services.attachments.models import STORE
from services.attachments.options import Options
from services.attachments.queries.personal import SECTIONS
from services.attachments.resolvers import RESOLVERS
from services.attachments.timers import Findings
from services.attachments.timers import verify as run_verify
from shared import client, people
from shared.access import Verifier
from shared.bus import Bus
from shared.database import Database
from shared.http import Hooks, create_service
from shared.inbox import Runtime
from shared.operations import operations
from shared.outbox import Publisher

TRANSLATIONS: Final = Path(__file__).parent / "translations"


def create_app(options: Options, services: client.Services | None = None) -> Flask:
    """The WSGI application; opens its database, so call it in the process that serves."""
    services = services or client.for_options(options)
    app = create_service(
        options=options,
        store=STORE,
        blueprints=[*blueprints(), operations(Hooks(DISCARDED, RETRY_ONLY), SECTIONS)],
        services=services,
        verifier=Verifier(services.jwks, "attachments"),
        load_actor=people.load_actor,
        resolvers=RESOLVERS,
        translations=TRANSLATIONS,
        title="Vez attachments",
    )
    keep_store(app, hurried(options))
    return app


def verify(options: Options, *, sample: float, progress: Callable[[int], None] = lambda count: None) -> Findings:
    """Compare rows with objects, both ways, and hash a part of the contents anew. Raises Retryable."""
    database = Database(options.database_url, application_name="vez-attachments-verify", size=2)
    publisher = Publisher("attachments", database, Bus(options.broker_url, "vez-attachments-verify"))
    gateways = {"store": S3Store(options)}
    runtime = Runtime(options, STORE, database, publisher, client.for_options(options), RESOLVERS, gateways)
    try:
        return run_verify(runtime, sample, progress)
    finally:
        database.close()
