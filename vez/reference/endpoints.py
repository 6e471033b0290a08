"""Every endpoint of every service: its address, who may call it, what it does. From the applications' own routes."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from shared.http.app import close
from vez import estate
from vez.embedded.folder import new_signing_key
from vez.reference.markdown import code, page, said, table

ABOUT = """\
In front of all stands one origin: a service's `/v1/…` is `/api/<service>/v1/…` there. What a body or an answer holds is
in each service's OpenAPI document, `/api/<service>/v1/openapi.json`, to be read at `/api/<service>/v1/docs`.

*Who may call it*: `public` means anyone; `signed in` whoever has a token, and what they may do with an object is judged
when it is read (404 before 403); else the permission that it needs. `service.ask` is for the services among
themselves."""
NOWHERE = "postgresql://127.0.0.1:1/none"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PLAIN = {
    "/livez": "Whether the process turns.",
    "/readyz": "Whether it can do its work.",
    "/metrics": "What it measured, for Prometheus.",
    "/v1/docs": "The OpenAPI document, to be read.",
    "/v1/openapi.json": "The OpenAPI document.",
}
"""What every application adds by itself, without words of its own."""
ARGUMENT = re.compile(r"<(?:[^:>]+:)?([^>]+)>")


def make() -> str:
    """The page."""
    services = [name for name in estate.APPLICATIONS if name != "portal"]
    found = {service: rows_of(service) for service in services}
    common = set.intersection(*(set(rows) for rows in found.values()))
    parts = ["## Every service", _table(row for row in found[services[0]] if row in common)]
    for service in services:
        parts += [f"## {service}", _table(row for row in found[service] if row not in common)]
    return page("Endpoints", ABOUT, parts)


Row = tuple[str, str, str, str]


def rows_of(service: str) -> list[Row]:
    """The routes of a service: path, method, who may call it, what it does."""
    app = application(service)
    try:
        return sorted(_rows(app))
    finally:
        close(app)


def application(service: str) -> Flask:
    """A service's application that reaches nothing: its routes alone are read."""
    with tempfile.TemporaryDirectory(prefix="vez-reference-") as folder:
        key = Path(folder) / "key.pem"
        key.write_bytes(new_signing_key())
        environ = {"VEZ_DATABASE_URL": NOWHERE, "VEZ_BROKER_URL": "pgmq://127.0.0.1:1/none"}
        environ |= {"VEZ_ATTACHMENTS_S3_SECRET_KEY": "none"}
        options = estate.load_options(service, {**environ, "VEZ_IDENTITY_KEY_FILE": str(key)})
        app: Flask = estate.create_app(service, options, None)
    return app


def _rows(app: Flask) -> Iterator[Row]:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in METHODS:
            if method in (rule.methods or ()):
                act = _act(view, method)
                who = str(getattr(act, "vez_access", getattr(view, "vez_access", "")))
                yield path_of(rule), method, who, said(act) or PLAIN.get(rule.rule, "")


def _act(view: Any, method: str) -> Any:
    """The function that answers a method: a view of a class has one for each."""
    return getattr(getattr(view, "view_class", None), method.lower(), view)


def path_of(rule: Rule) -> str:
    """A route's path, its arguments in braces as OpenAPI has them."""
    return ARGUMENT.sub(r"{\1}", rule.rule)


def _table(rows: Any) -> str:
    cells = [[method, code(path), who, what] for path, method, who, what in rows]
    return table(["", "path", "who may call it", "what it does"], cells)
