"""The house's picture, for pages and mails alike."""

from __future__ import annotations

from flask import Response, abort, current_app

from services.portal import door
from services.portal.house import PICTURE
from services.portal.views.account.blueprint import blueprint


@blueprint.get(PICTURE)
@door.public
def logo() -> Response:
    """The picture; its address changes with it. Mails are read at other origins, so those may show it too."""
    picture = current_app.extensions["vez.front"].house().picture
    if not picture:
        abort(404)
    response = Response(picture, content_type="image/png" if picture.startswith(b"\x89PNG") else "image/jpeg")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
