"""The portal over recorded answers of the services: no socket, no database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from services.portal.app import create_app
from services.portal.options import Options
from shared.ids import new_id
from tests.unit.portal.town import Town


@pytest.fixture(scope="session")
def built() -> tuple[Flask, Town]:
    """One application for all tests: its templates are compiled once."""
    town = Town()
    return create_app(Options(public_url="http://127.0.0.1:8000"), town.services()), town


@pytest.fixture
def town(built: tuple[Flask, Town]) -> Town:
    """The services, answering what the test tells them to."""
    built[1].begin_anew()
    return built[1]


@pytest.fixture
def app(built: tuple[Flask, Town], town: Town) -> Flask:
    return built[0]


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    """A browser in which nobody has signed in."""
    return app.test_client()


@pytest.fixture
def ana(app: Flask) -> FlaskClient:
    """A browser in which Ana, a client, has signed in."""
    return signed_in(app, "ana")


@pytest.fixture
def bruno(app: Flask) -> FlaskClient:
    """A browser in which Bruno, an attendant, has signed in."""
    return signed_in(app, "bruno")


@pytest.fixture
def pt(app: Flask) -> Iterator[None]:
    """Words are Brazilian Portuguese, the clock São Paulo's."""
    with app.test_request_context(headers={"Accept-Language": "pt-BR"}), force_locale("pt_BR"):
        yield


def signed_in(app: Flask, who: str) -> FlaskClient:
    """A browser with a session of its own: the portal remembers for a while who is behind one."""
    client = app.test_client()
    client.set_cookie("vez_session", f"{who}.{new_id()}")
    return client
