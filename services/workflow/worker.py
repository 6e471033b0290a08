"""The worker's process: hears events, runs what is due."""

from __future__ import annotations

from celery import Celery

from services.workflow.handlers import HANDLERS
from services.workflow.models import STORE
from services.workflow.options import Options
from services.workflow.resolvers import RESOLVERS
from services.workflow.timers import timers
from shared import bus, client
from shared.inbox import Part


def part(options: Options, services: client.Services | None = None) -> Part:
    """This service's share of a worker; its connections open when it starts."""
    return Part(
        options=options,
        store=STORE,
        handlers=HANDLERS,
        services=services or client.for_options(options),
        resolvers=RESOLVERS,
        timers=timers(options.clock_seconds),
    )


def create_worker(options: Options) -> Celery:
    """The Celery application of a worker that serves workflow alone."""
    return bus.create_worker([part(options)], options)
