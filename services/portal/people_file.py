"""People from a CSV file: a heading line that names the columns, then one person a line."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

MOST_LINES: Final = 2000
COLUMNS: Final = {
    "name": ("name", "nome", "nombre"),
    "email": ("email", "e-mail", "correo"),
    "kind": ("kind", "tipo"),
    "profiles": ("profiles", "profile", "perfis", "perfil", "perfiles"),
    "language": ("language", "idioma"),
    "cpf_cnpj": ("cpf_cnpj", "cpf", "cnpj"),
    "registration": ("registration", "matricula", "matrícula"),
}
IDENTIFIERS: Final = ("cpf_cnpj", "registration")


def read(content: bytes) -> list[tuple[int, dict[str, Any]]]:
    """Each line's number and the body that makes its person. Columns are found by their English or local names."""
    text = _text(content)
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    found: list[tuple[int, dict[str, Any]]] = []
    for number, row in enumerate(rows, start=2):
        values = {_column(name): (value or "").strip() for name, value in row.items() if name}
        if any(values.values()) and len(found) < MOST_LINES:
            found.append((number, _body(values)))
    return found


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _column(name: str) -> str:
    plain = name.strip().lower()
    return next((column for column, names in COLUMNS.items() if plain in names), plain)


def _body(values: dict[str, str]) -> dict[str, Any]:
    profiles = [each for each in values.get("profiles", "").replace("|", " ").replace(",", " ").split() if each]
    body: dict[str, Any] = {
        "name": values.get("name", ""),
        "email": values.get("email") or None,
        "kind": values.get("kind") or None,
        "profiles": profiles,
        "identifiers": {kind: values[kind] for kind in IDENTIFIERS if values.get(kind)},
    }
    if values.get("language"):
        body["language"] = values["language"]
    return body
