"""People from a CSV file: a heading line that names the columns, then one person a line.

Here the file is only read. What a line would do, and whether it may, is judged by the identity service.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MOST_LINES: Final = 2000
"""As many as identity takes at once."""
MOST_BYTES: Final = 1024 * 1024
COLUMNS: Final = {
    "name": ("name", "nome", "nombre"),
    "email": ("email", "e-mail", "correo"),
    "kind": ("kind", "tipo"),
    "profiles": ("profiles", "profile", "perfis", "perfil", "perfiles"),
    "language": ("language", "idioma"),
    "time_zone": ("time_zone", "time zone", "timezone", "fuso", "fuso horário", "fuso horario", "zona horaria"),
    "cpf_cnpj": ("cpf_cnpj", "cpf", "cnpj"),
    "registration": ("registration", "matricula", "matrícula"),
    "superior": ("superior", "supervisor", "chefe", "jefe"),
    "guardians": ("guardians", "guardian", "responsáveis", "responsaveis", "responsável", "responsables"),
    "organisation": ("organisation", "organization", "organização", "organizacao", "organización", "organizacion"),
}
IDENTIFIERS: Final = ("cpf_cnpj", "registration")
SEVERAL: Final = ("profiles", "guardians")


class Unreadable(Exception):
    """The file is no table of people; `too_many` says how many lines it has where those are too many."""

    def __init__(self, *, too_many: int = 0, too_large: bool = False) -> None:
        super().__init__("not a file of people")
        self.too_many = too_many
        self.too_large = too_large


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read: each person with the line of the file, and the columns that mean nothing here."""

    text: str
    lines: list[tuple[int, dict[str, Any]]]
    unknown: list[str]


def decoded(content: bytes) -> str:
    """The text of a file, in UTF-8 or else Latin-1. Raises Unreadable where it is too large."""
    if len(content) > MOST_BYTES:
        raise Unreadable(too_large=True)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def read(text: str) -> Sheet:
    """The people of a file, its columns found by their English or local names. Raises Unreadable: none is left out."""
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        found = [(rows.line_num, _values(row)) for row in rows]
    except csv.Error as error:
        raise Unreadable from error
    people = [(number, _body(values)) for number, values in found if any(values.values())]
    columns = {_column(name): name.strip() for name in rows.fieldnames or () if name and name.strip()}
    if not people or not {"name", "email", *IDENTIFIERS} & columns.keys():
        raise Unreadable
    if len(people) > MOST_LINES:
        raise Unreadable(too_many=len(people))
    return Sheet(text, people, [name for column, name in columns.items() if column not in COLUMNS])


def _values(row: Mapping[str | None, Any]) -> dict[str, str]:
    return {_column(name): (value or "").strip() for name, value in row.items() if name}


def _column(name: str) -> str:
    plain = name.strip().lower()
    return next((column for column, names in COLUMNS.items() if plain in names), plain)


def _body(values: Mapping[str, str]) -> dict[str, Any]:
    """The line as identity takes it; an empty cell is not said."""
    plain = [name for name in COLUMNS if name not in (*IDENTIFIERS, *SEVERAL)]
    body: dict[str, Any] = {name: values[name] for name in plain if values.get(name)}
    body |= {name: _several(values[name]) for name in SEVERAL if values.get(name)}
    identifiers = {kind: values[kind] for kind in IDENTIFIERS if values.get(kind)}
    return body | ({"identifiers": identifiers} if identifiers else {})


def _several(cell: str) -> list[str]:
    return cell.replace("|", " ").replace(",", " ").replace(";", " ").split()
