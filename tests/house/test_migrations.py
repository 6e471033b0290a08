"""Each service's migrations have one head and make exactly what its models say."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from shared.contracts.topology import SERVICES
from vez import migrate

EXPRESSION_INDEXES = {"ix_texts_search"}


def _is_expression_index(difference: Any) -> bool:
    """Alembic cannot compare an index over an expression with itself; that it is there is seen by its name."""
    return difference[0] in ("add_index", "remove_index") and difference[1].name in EXPRESSION_INDEXES


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_equal_the_models(service: str, new_database: Callable[[str], str]) -> None:
    url = new_database(f"migrated_{service}")
    migrate.upgrade(service, url)
    metadata = importlib.import_module(f"services.{service}.models").metadata
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": lambda o, name, *_: name != "alembic_version"}
        )
        differences: list[Any] = compare_metadata(context, metadata)
    engine.dispose()
    assert [d for d in differences if not _is_expression_index(d)] == []
    assert migrate.present(url) == migrate.head(service)
