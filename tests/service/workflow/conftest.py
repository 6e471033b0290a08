"""A workflow service on a database of its own, with the people and the catalog of a small house."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.workflow.access.versions import forget_published
from services.workflow.options import Options
from tests.service.workflow.house import House
from tests.service.workflow.world import World


@pytest.fixture
def options(database_url: Callable[[str], str]) -> Options:
    """The service's options: this test's database."""
    forget_published()
    return Options(database_url=database_url("workflow"), broker_url="pgmq://postgres@127.0.0.1:1/nowhere")


@pytest.fixture
def world(options: Options) -> Iterator[World]:
    """The service, hearing events; nobody but profiles is known."""
    with World(options).running() as world:
        yield world


@pytest.fixture
def house(world: World) -> House:
    """The service with the example's people, catalog and default attendant."""
    return House(world)
