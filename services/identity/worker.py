"""The worker's process: sends what was said, and does what time starts."""

from __future__ import annotations

from celery import Celery

from services.identity.handlers import HANDLERS
from services.identity.models import STORE
from services.identity.options import Options
from services.identity.timers import TIMERS
from shared import bus, client
from shared.client import Services
from shared.inbox import Part


def part(options: Options, services: Services | None = None) -> Part:
    """This service's share of a worker; its connections open when it starts."""
    return Part(
        options=options,
        store=STORE,
        handlers=HANDLERS,
        services=services or client.for_options(options),
        timers=TIMERS,
    )


def create_worker(options: Options) -> Celery:
    """The Celery application of a worker that serves identity alone."""
    return bus.create_worker([part(options)], options)
