"""The catalog: GET and PUT /v1/catalog, as YAML or JSON."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from services.workflow import schemas
from services.workflow.access.predicates import PUBLISH
from services.workflow.commands.apply import apply_catalog
from services.workflow.queries import catalog as queries
from shared.catalog.writing import write
from shared.errors import Invalid, Message
from shared.http import blueprint, command, needs, query
from shared.ids import Actor

YAML: Final = "application/yaml"
JSON: Final = "application/json"
SENT: Final = (YAML, "application/x-yaml", "text/yaml", JSON)
MOST_BYTES: Final = 4 * 1024 * 1024

blp = blueprint("catalog", __name__, description="Groups, types, queues, calendars and client kinds, as files")


@blp.route("/catalog")
@needs(PUBLISH)
@blp.response(200, schemas.Catalog)
def catalog() -> Response:
    """The present catalog: the file that made it with `Accept: application/yaml`, else JSON."""
    shown: dict[str, Any] = {}

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        found = queries.catalog(reader, actor)
        shown["catalog"] = found.catalog
        return found.to_wire()

    answer = query(noun, None)
    if request.accept_mimetypes.best_match([JSON, YAML], JSON) == YAML:
        answer.set_data(write(shown["catalog"]))
        answer.content_type = f"{YAML}; charset=utf-8"
    answer.headers["Vary"] = "Accept"
    return answer


@blp.route("/catalog", methods=["PUT"])
@needs(PUBLISH)
@blp.arguments(schemas.CatalogQuery, location="query")
@blp.response(200, schemas.Applied)
def apply(asked: dict[str, Any]) -> Response:
    """Make and change what the file in the body names; with `prune` retire the rest; with `dry_run` only tell."""
    text = _text()
    return command(
        lambda tx: apply_catalog(tx, text, asked["name"], prune=asked["prune"], dry_run=asked["dry_run"]),
        schemas.Applied,
    )


def _text() -> str:
    """The body as text. Raises Invalid, UnsupportedMediaType."""
    if request.mimetype not in SENT:
        raise UnsupportedMediaType(f"Send {YAML} or {JSON}")
    request.max_content_length = MOST_BYTES
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = Message("A catalog is text in UTF-8")
        raise Invalid("Correct the fields named and send it again", fields={"body": [wrong]}) from error
