"""A service's HTTP application: what every one has, and what it adds."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, abort, g, render_template_string, request
from flask.json.provider import JSONProvider
from flask_smorest import Api, Blueprint
from werkzeug.routing import UUIDConverter

from shared import clock, telemetry
from shared.access import Claims, Verifier
from shared.bus import Bus
from shared.client import Services
from shared.config import Common
from shared.database import Database, Reader
from shared.draining import drain_bodies
from shared.errors import Retryable
from shared.http import problems
from shared.http.documentation import PAGE
from shared.http.languages import current_language
from shared.http.routes import public
from shared.http.running import Edge, Resolver
from shared.ids import Actor
from shared.outbox import Publisher
from shared.transaction import Store

BODY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a service adds to the operations that every service has: how a parked event is discarded, or not."""

    discarded: Mapping[str, Callable[..., None]] = field(default_factory=dict)
    retry_only: frozenset[str] = frozenset()


class TextUUID(UUIDConverter):
    """A UUID in a path, given to the route as text."""

    def to_python(self, value: str) -> Any:
        return str(uuid.UUID(value))

    def to_url(self, value: Any) -> str:
        return str(value)


class FastJSON(JSONProvider):
    """JSON by msgspec."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return msgspec.json.encode(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return msgspec.json.decode(s)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error


class OwnProblems(Api):  # type: ignore[misc]
    """flask-smorest's API whose errors are our problem documents."""

    def _register_error_handlers(self) -> None:
        """Ours are registered instead."""


def create_service(
    *,
    options: Common,
    store: Store,
    blueprints: Sequence[Blueprint],
    services: Services,
    verifier: Verifier,
    load_actor: Callable[[Reader, Claims], Actor],
    resolvers: Mapping[str, Resolver] | None = None,
    translations: Path | None = None,
    title: str = "",
) -> Flask:
    """The WSGI application of a service. Opens its database and publisher: call it in the process that serves."""
    name = store.service
    app = Flask(f"vez.{name}", static_folder=None)
    app.json = FastJSON(app)
    app.url_map.converters["uuid"] = TextUUID
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES,
        API_TITLE=title or f"Vez {name}",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
        PROPAGATE_EXCEPTIONS=False,
    )
    database = Database(options.database_url, application_name=f"vez-{name}-http", size=options.database_pool_size)
    publisher = Publisher(name, database, Bus(options.broker_url, f"vez-{name}-http"))
    publisher.start()
    folders = (translations,) if translations else ()
    app.extensions["vez"] = Edge(
        options, store, database, publisher, services, verifier, load_actor, resolvers or {}, folders
    )
    problems.register(app)
    drain_bodies(app)
    api = OwnProblems(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    _add_documentation(app, api)
    _add_health(app, database)
    _add_measures(app, name)
    return app


def close(app: Flask) -> None:
    """Send what is left and close what `create_service` opened."""
    edge: Edge = app.extensions["vez"]
    edge.publisher.stop()
    edge.database.close()


def _add_documentation(app: Flask, api: Api) -> None:
    document = api.spec.to_dict()
    document.setdefault("components", {})["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    document["security"] = [{"bearer": []}]
    document["servers"] = [{"url": f"/api/{app.extensions['vez'].store.service}"}]
    encoded = msgspec.json.encode(document)

    @public
    def openapi() -> Response:
        return Response(encoded, content_type="application/json")

    @public
    def docs() -> str:
        return render_template_string(PAGE, document=document)

    app.add_url_rule("/v1/openapi.json", view_func=openapi)
    app.add_url_rule("/v1/docs", view_func=docs)


def _add_health(app: Flask, database: Database) -> None:
    @public
    def livez() -> Response:
        return Response("ok", content_type="text/plain")

    @public
    def readyz() -> Response:
        try:
            with database.connection() as connection:
                connection.execute("SELECT 1")
        except Retryable:
            return Response("the database cannot be reached", status=503, content_type="text/plain")
        return Response("ok", content_type="text/plain")

    @public
    def metrics() -> Response:
        return Response(telemetry.metrics(), content_type="text/plain; version=0.0.4")

    for view in (livez, readyz, metrics):
        app.add_url_rule(f"/{view.__name__}", view_func=view)


def _add_measures(app: Flask, name: str) -> None:
    @app.before_request
    def begin() -> None:
        g.began = clock.monotonic()
        telemetry.follow(request.headers.get("traceparent"))
        if "\x00" in request.path or b"%00" in request.query_string:
            abort(400)  # PostgreSQL keeps no such sign, so it can name nothing that is here

    @app.after_request
    def end(response: Response) -> Response:
        telemetry.REQUESTS.labels(name, str(response.status_code)).inc()
        telemetry.SECONDS.labels(name).observe(clock.monotonic() - g.get("began", clock.monotonic()))
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Content-Language", current_language())
        return response
