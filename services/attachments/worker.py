"""The worker's process: hears events, checks what arrived, sweeps what nobody needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from celery import Celery

from services.attachments.gateways.scanner import scanner_of
from services.attachments.gateways.store import S3Store
from services.attachments.gateways.thumbnails import thumbnailer_of
from services.attachments.handlers import HANDLERS
from services.attachments.models import STORE
from services.attachments.options import Options
from services.attachments.resolvers import RESOLVERS
from services.attachments.timers import WORK, timers
from shared import bus, client
from shared.inbox import Part


def part(options: Options, services: client.Services | None = None) -> Part:
    """This service's share of a worker; its connections open when it starts."""

    def gateways() -> Mapping[str, Any]:
        return {
            "store": S3Store(options),
            "scanner": scanner_of(options),
            "thumbnailer": thumbnailer_of(options),
        }

    return Part(
        options=options,
        store=STORE,
        handlers=HANDLERS,
        services=services or client.for_options(options),
        resolvers=RESOLVERS,
        timers=timers(options),
        work_kinds=WORK,
        gateways=gateways,
    )


def create_worker(options: Options) -> Celery:
    """The Celery application of a worker that serves attachments alone."""
    return bus.create_worker([part(options)], options)
