"""The portal's HTTP process."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, send_from_directory
from jinja2 import StrictUndefined
from werkzeug.routing import UUIDConverter

from services.portal import door, filters, headers, mishaps, page, speech, views
from services.portal.catalog import Versions
from services.portal.house import Front
from services.portal.options import Options
from services.portal.sessions import Sessions
from services.portal.stock import Stock
from shared import client, clock, telemetry
from shared.draining import drain_bodies

FORM_BYTES = 64 * 1024 * 1024


class TextUUID(UUIDConverter):
    """A UUID in a path, given to the view as text."""

    def to_python(self, value: str) -> Any:
        return str(uuid.UUID(value))

    def to_url(self, value: Any) -> str:
        return str(value)


def create_app(options: Options, services: client.Services | None = None) -> Flask:
    """The WSGI application of the pages. `services`: how to reach the others, where the caller knows better.

    Opens nothing: connections and threads begin with the first page, after any fork. Raises NotBuilt.
    """
    app = Flask("vez.portal", root_path=str(Path(__file__).parent), static_folder=None)
    app.url_map.converters["uuid"] = TextUUID
    app.config.update(MAX_CONTENT_LENGTH=FORM_BYTES, MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024, PROPAGATE_EXCEPTIONS=False)
    reached = services or client.for_options(options)
    app.extensions.update(
        {
            "vez.options": options,
            "vez.services": reached,
            "vez.sessions": Sessions(reached),
            "vez.front": Front(reached),
            "vez.versions": Versions(reached),
            "vez.pool": ThreadPoolExecutor(options.asking_threads, thread_name_prefix="ask"),
        }
    )
    _markup(app)
    speech.start(app)
    filters.add(app)
    mishaps.register(app)
    _assets(app)
    _health(app)
    views.register(app)
    drain_bodies(app)
    app.before_request(_begin)
    app.before_request(door.check_seal)
    app.after_request(door.keep_visit)
    app.after_request(headers.protect)
    app.after_request(_measure)
    return app


def _markup(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    app.context_processor(page.given)


def _assets(app: Flask) -> None:
    stock = Stock()
    app.jinja_env.globals["asset"] = stock.address

    @door.public
    def asset(name: str) -> Response:
        return send_from_directory(stock.folder, name, max_age=31536000)

    app.add_url_rule(f"{headers.ASSETS}<name>", view_func=asset)


def _health(app: Flask) -> None:
    @door.public
    def livez() -> Response:
        return Response("ok", content_type="text/plain")

    @door.public
    def readyz() -> Response:
        return Response("ok", content_type="text/plain")

    @door.public
    def metrics() -> Response:
        return Response(telemetry.metrics(), content_type="text/plain; version=0.0.4")

    for view in (livez, readyz, metrics):
        app.add_url_rule(f"/{view.__name__}", view_func=view)


def _begin() -> None:
    g.began = clock.monotonic()
    telemetry.follow(request.headers.get("traceparent"))


def _measure(response: Response) -> Response:
    telemetry.REQUESTS.labels("portal", str(response.status_code)).inc()
    telemetry.SECONDS.labels("portal").observe(clock.monotonic() - g.get("began", clock.monotonic()))
    return response
