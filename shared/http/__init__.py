"""The server side of HTTP: routes that authenticate, commands and queries, problems, tags, cursors, languages."""

from shared.http.app import Hooks, create_service
from shared.http.cursors import Cursor, Page, encode_cursor, limit
from shared.http.languages import current_language, translate
from shared.http.problems import problem_response
from shared.http.routes import blueprint, needs, public, services_only, signed_in
from shared.http.running import (
    Edge,
    carry_out,
    command,
    current_actor,
    current_edge,
    if_match,
    prefer_wait,
    query,
    read,
    respond,
    services,
    take_for_body,
)

__all__ = [
    "Cursor",
    "Edge",
    "Hooks",
    "Page",
    "blueprint",
    "carry_out",
    "command",
    "create_service",
    "current_actor",
    "current_edge",
    "current_language",
    "encode_cursor",
    "if_match",
    "limit",
    "needs",
    "prefer_wait",
    "problem_response",
    "public",
    "query",
    "read",
    "respond",
    "services",
    "services_only",
    "signed_in",
    "take_for_body",
    "translate",
]
