"""An installation on real servers of this test run: a database for each service, a broker, an object store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.contracts.topology import SERVICES
from tests.support import objects, processes
from vez.embedded.folder import CLIENTS

KEY, SECRET = "a-key-of-tests", "a-secret-of-tests"


@pytest.fixture(scope="session")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An object store without a bucket."""
    port = processes.free_port()
    with objects.running(tmp_path_factory.mktemp("store") / "objects", "127.0.0.1", port, KEY, SECRET):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def environ(
    new_database: Callable[[str], str],
    embedded_broker_url: str,
    store_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """What all the services are told; nothing was made yet."""
    folder: Path = tmp_path_factory.mktemp("keys")
    databases = {f"VEZ_{name.upper()}_DATABASE_URL": new_database(f"installed_{name}") for name in SERVICES}
    secrets = {f"VEZ_{name.upper()}_CLIENT_SECRET": f"a-secret-of-32-signs-for-tests-{name}" for name in CLIENTS}
    store = {
        "VEZ_ATTACHMENTS_S3_URL": store_url,
        "VEZ_ATTACHMENTS_S3_ACCESS_KEY": KEY,
        "VEZ_ATTACHMENTS_S3_SECRET_KEY": SECRET,
    }
    key = {"VEZ_IDENTITY_KEY_FILE": str(folder / "made" / "key.pem")}
    nobody = {f"VEZ_{name.upper()}_URL": "http://127.0.0.1:1" for name in SERVICES}
    return {**databases, **secrets, **store, **key, **nobody, "VEZ_BROKER_URL": embedded_broker_url}
