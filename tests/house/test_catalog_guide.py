"""docs/guides/catalog-format.md: its examples are one valid catalog, and every key that the reader knows is in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from shared.catalog import reading
from shared.catalog.parameters import KINDS
from shared.catalog.reading import flows, parameters, types
from shared.catalog.reading import read as read_catalog

ROOT = Path(__file__).parent.parent.parent
GUIDE = (ROOT / "docs" / "guides" / "catalog-format.md").read_text()
EXAMPLE = "\n".join(re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL))


def known_keys() -> set[str]:
    """Every name that the reader lets a mapping have."""
    found = {*parameters._OWN, *flows._STAGE_FIELDS, *types._FIELDS, *reading._SECTIONS}
    for path in (ROOT / "shared" / "catalog" / "reading").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fields":
                found |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return found


def test_the_examples_are_a_catalog_without_a_warning() -> None:
    catalog = read_catalog(EXAMPLE, "catalog-format.md")
    assert [str(warning) for warning in catalog.warnings] == []
    assert [type.code for type in catalog.types] == ["loan"]


@pytest.mark.parametrize("key", sorted({*known_keys(), *KINDS}))
def test_a_key_that_the_reader_knows_is_explained(key: str) -> None:
    assert f"`{key}`" in GUIDE or re.search(rf"(^|[{{ ]){key}:", EXAMPLE, re.MULTILINE), key
