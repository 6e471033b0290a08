"""The HTTP process."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from services.workflow.api import blueprints
from services.workflow.handlers import DISCARDED, RETRY_ONLY
from services.workflow.models import STORE
from services.workflow.options import Options
from services.workflow.queries.personal import SECTIONS
from services.workflow.resolvers import RESOLVERS
from shared import client, people
from shared.access import Verifier
from shared.http import Hooks, create_service
from shared.operations import operations

TRANSLATIONS: Final = Path(__file__).parent / "translations"


def create_app(options: Options, services: client.Services | None = None) -> Flask:
    """The WSGI application; opens its database, so call it in the process that serves."""
    services = services or client.for_options(options)
    return create_service(
        options=options,
        store=STORE,
        blueprints=[*blueprints(), operations(Hooks(DISCARDED, RETRY_ONLY), SECTIONS)],
        services=services,
        verifier=Verifier(services.jwks, STORE.service),
        load_actor=people.load_actor,
        resolvers=RESOLVERS,
        translations=TRANSLATIONS,
        title="Vez workflow",
    )
