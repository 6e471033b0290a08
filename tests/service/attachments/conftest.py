"""An attachments service on a database of its own, with a real S3 server and a ticket service that grants rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.attachments.options import Options
from shared.http.app import close
from tests.service.attachments.world import Building, Caller, Ticket, World
from tests.support import objectserver
from tests.support.objectserver import ObjectServer


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectServer]:
    """A real S3 server of this worker."""
    with objectserver.running() as server:
        yield server


@pytest.fixture(scope="session")
def building(service_database: Callable[[str], str], object_server: ObjectServer) -> Iterator[Building]:
    """The service's HTTP application, opened once; addresses are signed for the object server itself."""
    options = Options(
        database_url=service_database("attachments"),
        broker_url="pgmq://postgres@127.0.0.1:1/nowhere",
        public_url=object_server.url,
        s3_url=object_server.url,
        s3_access_key=objectserver.KEY,
        s3_secret_key=objectserver.SECRET,
        part_bytes=256 * 1024,
        streamed_bytes=64 * 1024,
        orphan_seconds=0.0,
    )
    building = Building(options, object_server)
    yield building
    close(building.app)


@pytest.fixture
def world(building: Building, database_url: Callable[[str], str]) -> Iterator[World]:
    """The service, answering and hearing events; nothing is kept of the test before."""
    database_url("attachments")
    building.store.empty()
    with World(building).running() as world:
        yield world


@pytest.fixture
def ana(world: World) -> Caller:
    """The client."""
    return world.person("Ana Souza")


@pytest.fixture
def bruno(world: World) -> Caller:
    """The attendant."""
    return world.person("Bruno Alves")


@pytest.fixture
def ticket(world: World, ana: Caller, bruno: Caller) -> Ticket:
    """A ticket of Ana's, attended by Bruno."""
    return world.ticket(ana, bruno)
