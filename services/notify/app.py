"""The HTTP process."""

from __future__ import annotations

from flask import Flask

from services.notify.api import blueprints
from services.notify.gateways.speech import TRANSLATIONS
from services.notify.handlers import DISCARDED, RETRY_ONLY
from services.notify.models import STORE
from services.notify.options import Options
from services.notify.queries.personal import SECTIONS
from services.notify.resolvers import RESOLVERS
from shared import client, people
from shared.access import Verifier
from shared.http import Hooks, create_service
from shared.operations import operations


def create_app(options: Options, services: client.Services | None = None) -> Flask:
    """The WSGI application; opens its database, so call it in the process that serves."""
    services = services or client.for_options(options)
    return create_service(
        options=options,
        store=STORE,
        blueprints=[*blueprints(), operations(Hooks(DISCARDED, RETRY_ONLY), SECTIONS)],
        services=services,
        verifier=Verifier(services.jwks, "notify"),
        load_actor=people.load_actor,
        resolvers=RESOLVERS,
        translations=TRANSLATIONS,
        title="Vez notify",
    )
