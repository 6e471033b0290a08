"""docker-compose.yml as Compose reads it: merged, interpolated with an env file, and held against its schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema.validators import validator_for

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "docker-compose.yml"
DEVELOPMENT = ROOT / "deploy" / "development.env"
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}")
"""`${NAME}`, `${NAME:-default}` or `${NAME:?why}`."""


class Missing(Exception):
    """A variable that must be set is not."""


def variables(path: Path = DEVELOPMENT) -> dict[str, str]:
    """What an env file sets."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def raw() -> Any:
    """The file with its anchors merged, not interpolated."""
    return yaml.safe_load(FILE.read_text())


def interpolated(given: Mapping[str, str]) -> Any:
    """The file as Compose would run it. Raises Missing."""
    return _in(raw(), given)


def _in(node: Any, given: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _in(value, given) for key, value in node.items()}
    if isinstance(node, list):
        return [_in(value, given) for value in node]
    return VARIABLE.sub(lambda match: _value(match, given), node) if isinstance(node, str) else node


def _value(match: re.Match[str], given: Mapping[str, str]) -> str:
    name, operator, rest = match.groups()
    if given.get(name):
        return given[name]
    if operator == "-":
        return rest
    raise Missing(f"{name}: {rest or 'not set'}")


# -- the schema -------------------------------------------------------------------------------------------------------


def problems(document: Any) -> list[str]:
    """What the schema of the Compose Specification finds wrong with a document: `where: what`.

    The package check-jsonschema carries that schema and follows its changes.
    """
    schema = get_builtin_schema("vendor.compose-spec")
    found = validator_for(schema)(schema).iter_errors(document)
    return [f"{'.'.join(map(str, error.absolute_path)) or 'the file'}: {error.message}" for error in found]
