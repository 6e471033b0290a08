"""A workflow service on a database of its own, with the people and the catalog of a small house."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.workflow.options import Options
from shared.http.app import close
from tests.service.workflow.house import House
from tests.service.workflow.world import Building, World


@pytest.fixture(scope="session")
def building(service_database: Callable[[str], str]) -> Iterator[Building]:
    """The service's HTTP application, opened once."""
    url = service_database("workflow")
    building = Building(Options(database_url=url, broker_url="pgmq://postgres@127.0.0.1:1/nowhere"))
    yield building
    close(building.app)


@pytest.fixture
def world(building: Building, database_url: Callable[[str], str]) -> Iterator[World]:
    """The service, hearing events; nobody but profiles is known."""
    database_url("workflow")
    with World(building).running() as world:
        yield world


@pytest.fixture
def house(world: World) -> House:
    """The service with the example's people, catalog and default attendant."""
    return House(world)
