"""An identity service on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from services.identity.app import create_app
from services.identity.options import Options
from shared.http.app import close
from tests.service.identity.house import House, write_key


@pytest.fixture(scope="session")
def building(
    service_database: Callable[[str], str], embedded_broker_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Options, Flask]]:
    """The service's options and its HTTP application, opened once."""
    options = Options(
        database_url=service_database("identity"),
        broker_url=embedded_broker_url,
        public_url="https://vez.test",
        key_file=str(write_key(tmp_path_factory.mktemp("identity") / "keys.pem")),
    )
    app = create_app(options)
    yield options, app
    close(app)


@pytest.fixture
def options(building: tuple[Options, Flask], database_url: Callable[[str], str]) -> Options:
    """The service's options: this test's database, emptied."""
    database_url("identity")
    return building[0]


@pytest.fixture
def house(building: tuple[Options, Flask], options: Options) -> House:
    """The service with its built-in things and a few people."""
    return House(options, building[1])
