"""The worker's process: keeps the record of the flow and the replicas."""

from __future__ import annotations

from celery import Celery

from services.ticket.handlers import HANDLERS
from services.ticket.models import STORE
from services.ticket.options import Options
from services.ticket.resolvers import RESOLVERS
from services.ticket.timers import TIMERS
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
        timers=TIMERS,
    )


def create_worker(options: Options) -> Celery:
    """The Celery application of a worker that serves the ticket service alone."""
    return bus.create_worker([part(options)], options)
