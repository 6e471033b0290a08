"""Fixtures that every test may ask for. Nothing starts unless a test needs it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from shared.config import environment
from tests.support import databases
from vez import lazy
from vez.embedded import pgmq


@pytest.fixture(scope="session")
def run_id(request: pytest.FixtureRequest) -> str:
    """A name for this worker of this test run, fit for a database's name."""
    workerinput = getattr(request.config, "workerinput", None)
    worker = workerinput["workerid"] if workerinput else "main"
    return f"t{os.getppid() if workerinput else os.getpid()}_{worker}"


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> str:
    """The address of a PostgreSQL for this test run, as superuser: VEZ_TEST_DATABASE_URL, else one of our own."""
    given = environment().get("VEZ_TEST_DATABASE_URL")
    if given:
        return given
    return databases.server_of(os.getppid() if hasattr(request.config, "workerinput") else os.getpid())


@pytest.fixture(scope="session")
def new_database(database_server: str, run_id: str) -> Iterator[Callable[[str], str]]:
    """new_database("name") makes an empty database of this worker and gives its address; dropped at the end."""
    made: list[str] = []

    def make(name: str) -> str:
        made.append(f"{run_id}_{name}")
        return databases.make(database_server, made[-1])

    yield make
    for name in made:
        databases.drop(database_server, name)


@pytest.fixture(scope="session")
def service_database(new_database: Callable[[str], str]) -> Callable[[str], str]:
    """service_database("ticket") gives this worker's database with that service's tables, made once; rows stay."""
    made: dict[str, str] = {}

    def get(service: str) -> str:
        if service not in made:
            url = new_database(service)
            databases.create_tables(url, lazy.load(f"services.{service}.models").metadata)
            made[service] = url
        return made[service]

    return get


@pytest.fixture
def database_url(service_database: Callable[[str], str]) -> Callable[[str], str]:
    """database_url("ticket") gives this worker's database of that service, emptied for this test."""

    def get(service: str) -> str:
        url = service_database(service)
        databases.empty(url)
        return url

    return get


@pytest.fixture(scope="session")
def embedded_broker_url(new_database: Callable[[str], str]) -> str:
    """The address of an embedded broker of this worker: pgmq://…"""
    url = new_database("broker")
    pgmq.install(url)
    return url.replace("postgresql:", "pgmq:", 1)
