"""A body that nobody read is read before its answer goes out."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask, request

from shared.draining import drain_bodies

MOST = 200_000


@pytest.fixture
def app() -> Flask:
    app = Flask("drained")
    app.config["MAX_CONTENT_LENGTH"] = MOST
    drain_bodies(app)

    @app.post("/refused")
    def refused() -> tuple[str, int]:
        return "no", 403

    @app.post("/read")
    def read() -> str:
        return str(len(request.get_data()))

    return app


@pytest.mark.parametrize(("path", "status"), [("/refused", 403), ("/read", 200), ("/nowhere", 404)])
@pytest.mark.parametrize("size", [0, 1, 65_536, MOST])
def test_all_of_a_body_is_read_whoever_refused_it(app: Flask, path: str, status: int, size: int) -> None:
    body = BytesIO(b"x" * size)
    answer = app.test_client().post(path, input_stream=body, content_length=size)
    assert answer.status_code == status
    assert body.tell() == size


def test_of_a_body_that_is_too_long_no_more_is_read_than_a_route_takes(app: Flask) -> None:
    body = BytesIO(b"x" * 3 * MOST)
    answer = app.test_client().post("/read", input_stream=body, content_length=3 * MOST)
    assert answer.status_code == 413
    assert body.tell() == MOST


def test_a_body_that_ends_before_its_length_is_answered_all_the_same(app: Flask) -> None:
    answer = app.test_client().post("/refused", input_stream=BytesIO(b"x"), content_length=10)
    assert answer.status_code == 403
