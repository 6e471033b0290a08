"""An identity service on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.identity.options import Options
from shared.http.app import close
from tests.service.identity.house import House, write_key


@pytest.fixture
def options(database_url: Callable[[str], str], embedded_broker_url: str, tmp_path: Path) -> Options:
    """The service's options: this test's database and keys."""
    return Options(
        database_url=database_url("identity"),
        broker_url=embedded_broker_url,
        public_url="https://vez.test",
        key_file=str(write_key(tmp_path / "keys.pem")),
    )


@pytest.fixture
def house(options: Options) -> Iterator[House]:
    """The service with its built-in things and a few people."""
    made = House(options)
    yield made
    close(made.app)
