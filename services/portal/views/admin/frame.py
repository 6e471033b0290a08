"""What every page of administration has: the menu, and how a refusal is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, request

from services.portal import door, office, page
from services.portal.ask import Refused
from services.portal.request_form import Mistake


def render(template: str, place: str, *, refused: Refused | None = None, **given: Any) -> Response:
    """A page of administration; after a refusal with what was typed and what is wrong with it."""
    return page.render(
        template,
        status=refused.status if refused else 200,
        console="admin",
        sections=office.sections(door.me()),
        place_now=place,
        mistakes=mistakes(refused),
        wrong=dict(refused.fields) if refused else {},
        typed=request.form if refused else {},
        **given,
    )


def mistakes(refused: Refused | None) -> list[Mistake]:
    """What is wrong, as the summary says it."""
    if refused is None:
        return []
    lines = [Mistake(name, text) for name, texts in refused.fields.items() for text in texts]
    return lines or [Mistake(None, refused.text)]


def everything(
    service: str, path: str, params: Mapping[str, str] | None = None, *, most: int = 20
) -> list[dict[str, Any]]:
    """Every item of a list, page by page, of at most `most` pages."""
    return [item for answer in pages(service, path, params, most=most) for item in answer["items"]]


def pages(service: str, path: str, params: Mapping[str, str] | None = None, *, most: int = 20) -> Iterator[Any]:
    """The answers of a list one after the other, at most `most`."""
    cursor = None
    for _ in range(most):
        answer = door.asker().get(service, path, limit=100, cursor=cursor, **(params or {}))
        yield answer
        cursor = answer.get("next_cursor")
        if not cursor:
            break
