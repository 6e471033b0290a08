"""An attachments service on a database of its own, with a real S3 server and a ticket service that grants rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.attachments.options import Options
from tests.service.attachments.world import Caller, Ticket, World
from tests.support import objectserver
from tests.support.objectserver import ObjectServer


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectServer]:
    """A real S3 server of this worker."""
    with objectserver.running() as server:
        yield server


@pytest.fixture
def store(object_server: ObjectServer) -> ObjectServer:
    """The server, emptied."""
    object_server.empty()
    return object_server


@pytest.fixture
def options(database_url: Callable[[str], str], store: ObjectServer) -> Options:
    """The service's options; addresses are signed for the server itself."""
    return Options(
        database_url=database_url("attachments"),
        broker_url="pgmq://postgres@127.0.0.1:1/nowhere",
        public_url=store.url,
        s3_url=store.url,
        s3_access_key=objectserver.KEY,
        s3_secret_key=objectserver.SECRET,
        part_bytes=256 * 1024,
        orphan_seconds=0.0,
    )


@pytest.fixture
def world(options: Options, store: ObjectServer) -> Iterator[World]:
    """The service, answering and hearing events."""
    with World(options, store).running() as world:
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
