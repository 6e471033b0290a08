"""The worker's process: hears events, sends what is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from celery import Celery

from services.notify.gateways.chat import chat
from services.notify.gateways.composing import Composer
from services.notify.gateways.fetching import postbox
from services.notify.gateways.listening import mail_door
from services.notify.gateways.mail import mail_servers
from services.notify.gateways.receivers import Runner, http_receivers
from services.notify.handlers import HANDLERS
from services.notify.models import STORE
from services.notify.options import Options
from services.notify.resolvers import RESOLVERS
from services.notify.timers import TIMERS
from shared import bus, client
from shared.inbox import Part


def part(options: Options, services: client.Services | None = None) -> Part:
    """This service's share of a worker; its connections open when it starts."""

    def gateways() -> Mapping[str, Any]:
        return {
            "post": mail_servers(options),
            "composer": Composer(options),
            "receivers": http_receivers(options),
            "runner": Runner("webhook"),
            "chat": chat(options),
            "chat_runner": Runner("chat"),
            "listener": mail_door(options),
            "postbox": postbox(options),
        }

    return Part(
        options=options,
        store=STORE,
        handlers=HANDLERS,
        services=services or client.for_options(options),
        resolvers=RESOLVERS,
        timers=TIMERS,
        gateways=gateways,
    )


def create_worker(options: Options) -> Celery:
    """The Celery application of a worker that serves notify alone."""
    return bus.create_worker([part(options)], options)
