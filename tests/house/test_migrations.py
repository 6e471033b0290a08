"""Each service's migrations have one head and make exactly what its models say."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from shared.contracts.topology import SERVICES
from tests.support import databases
from vez import migrate

ROOT = Path(__file__).parents[2]
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


MADE_BESIDE_TABLES = """
    SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND p.prokind = 'f'
    UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal ORDER BY 1"""
ONLY_MIGRATIONS = ("append_only", "refuse_change")
"""What keeps tables append-only; tests need to empty theirs."""


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_make_the_functions_and_triggers_of_the_models(
    service: str, new_database: Callable[[str], str]
) -> None:
    migrated, made = new_database(f"functions_{service}"), new_database(f"models_{service}")
    migrate.upgrade(service, migrated)
    databases.create_tables(made, importlib.import_module(f"services.{service}.models").metadata)
    there, wanted = (
        {" ".join(str(text).split()) for (text,) in databases.rows(url, MADE_BESIDE_TABLES)} for url in (migrated, made)
    )
    assert {text for text in there if not any(name in text for name in ONLY_MIGRATIONS)} == wanted


TAKES_AWAY = re.compile(
    r"op\.(drop_(?!index)|rename_|alter_column)\w*|\b(DROP (TABLE|COLUMN)|RENAME|SET NOT NULL)\b", re.IGNORECASE
)


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("services/*/migrations/versions/0*.py")), ids=lambda path: f"{path.parts[-4]}-{path.stem}"
)
def test_upgrades_only_add_so_that_the_release_before_goes_on_working(path: Path) -> None:
    """Old processes run beside new ones while they are replaced: what they use stays (docs/operations/upgrading.md)."""
    parts = ast.parse(path.read_text()).body
    upgrade = [part for part in parts if not (isinstance(part, ast.FunctionDef) and part.name == "downgrade")]
    assert len(upgrade) < len(parts)
    assert [match.group() for match in TAKES_AWAY.finditer("\n".join(map(ast.unparse, upgrade)))] == []
