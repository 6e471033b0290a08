"""The services by name, loaded late: their options, applications, workers and the stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import httpx

from shared import client, config
from shared.bus import Consumer
from shared.contracts.topology import SERVICES
from vez import lazy

APPLICATIONS = (*SERVICES, "portal")
STREAM = "services.notify.stream"


def load_options(service: str, environ: Mapping[str, str]) -> config.Common:
    """A service's options. Raises ConfigError."""
    return config.load(cast(type[config.Common], lazy.load(f"services.{service}.options").Options), environ)


def create_app(service: str, options: config.Common, transports: Mapping[str, httpx.BaseTransport] | None) -> Any:
    """A service's WSGI application, which asks others over `transports`."""
    services = client.for_options(options, transports)
    return lazy.load(f"services.{service}.app").create_app(options, services)


def create_part(
    service: str, options: config.Common, transports: Mapping[str, httpx.BaseTransport] | None = None
) -> Consumer:
    """A service's part of a worker, which asks others over `transports`."""
    services = client.for_options(options, transports)
    return cast(Consumer, lazy.load(f"services.{service}.worker").part(options, services))


def create_stream(options: config.Common) -> Any:
    """The live stream's ASGI application."""
    return lazy.load(STREAM).create_stream(options)


def load_all() -> None:
    """Import every service, so that forked processes share what is loaded."""
    for service in APPLICATIONS:
        lazy.load(f"services.{service}.app")
    for service in SERVICES:
        lazy.load(f"services.{service}.worker")
    lazy.load(STREAM)


def present() -> list[str]:
    """The services that this installation has."""
    return [service for service in SERVICES if lazy.exists(f"services.{service}.app")]


def has_stream() -> bool:
    """Whether this installation has the live stream."""
    return lazy.exists(STREAM)
