"""A ticket service on a database of its own, with the people, the catalog and the flow of a small house."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import services.ticket
from services.ticket.options import Options
from shared.http.app import close
from tests.service.ticket.house import House
from tests.service.ticket.world import Building, World
from vez import alembic_runner


@pytest.fixture(scope="session")
def building(service_database: Callable[[str], str]) -> Iterator[Building]:
    """The service's HTTP application, opened once."""
    url = service_database("ticket")
    building = Building(Options(database_url=url, broker_url="pgmq://postgres@127.0.0.1:1/nowhere", http_threads=8))
    yield building
    close(building.app)


@pytest.fixture
def world(building: Building, database_url: Callable[[str], str]) -> Iterator[World]:
    """The service, hearing events; nobody but profiles is known."""
    database_url("ticket")
    with World(building).running() as world:
        yield world


@pytest.fixture
def house(world: World) -> House:
    """The service with the house's people, catalog and flow."""
    return House(world)


@pytest.fixture(scope="session")
def migrated(new_database: Callable[[str], str]) -> str:
    """A database of this service as its migrations make it."""
    url = new_database("ticket_migrated")
    alembic_runner.upgrade(Path(services.ticket.__file__).parent / "migrations", url)
    return url
