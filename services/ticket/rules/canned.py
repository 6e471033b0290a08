"""Answers written beforehand: what their placeholders mean, filled for one ticket as its client may read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from services.ticket.rules import problems
from services.ticket.rules.answers import CannedAnswerShown
from services.ticket.rules.parameters import seen_values
from services.ticket.rules.reading import Reading
from shared.catalog.definitions import text_in
from shared.catalog.parameters import Parameter
from shared.errors import Forbidden
from shared.ids import Actor

PLACEHOLDER: Final = re.compile(r"\{\{\s*([a-z_]+(?:\.[A-Za-z0-9_-]+)?)\s*\}\}")
ANY_BRACES: Final = re.compile(r"\{\{(.{0,100}?)\}\}", re.DOTALL)
PARAMETER: Final = "parameters."
TOLD_PLAINLY: Final = frozenset(
    {"text", "long_text", "integer", "decimal", "money", "date", "email", "phone", "cpf_cnpj", "url"}
)
"""Kinds whose value in wire form is what a person writes."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the placeholders tell of, beside the ticket: the client's language and the house's name."""

    reading: Reading
    language: str
    house: str


def _stage(told: Told) -> str:
    stage = told.reading.stage
    return text_in(stage.names_for("client"), told.language) if stage is not None else ""


MEANINGS: Final[dict[str, Callable[[Told], str]]] = {
    "ticket.number": lambda told: told.reading.ticket.number,
    "ticket.subject": lambda told: told.reading.ticket.subject,
    "type.name": lambda told: text_in(told.reading.names.type_names, told.language),
    "stage.name": _stage,
    "client.name": lambda told: told.reading.names.client,
    "client.first_name": lambda told: told.reading.names.client.partition(" ")[0],
    "attendant.name": lambda told: told.reading.standing.actor.name,
    "house.name": lambda told: told.house,
}


def may_keep(actor: Actor, *, is_houses: bool) -> Forbidden | None:
    """Why `actor` may not use answers of their own, or change the house's; None if they may."""
    if not actor.may("ticket.attend"):
        return problems.forbidden("Answers written beforehand are the attendants'")
    if is_houses and not actor.may("settings.change"):
        return problems.forbidden("The house's answers are changed by administrators")
    return None


def shown(id: str, owner_id: str | None, name: str, body: str, version: int) -> CannedAnswerShown:
    """An answer as it is told."""
    placeholders = list(dict.fromkeys(PLACEHOLDER.findall(body)))
    return CannedAnswerShown(id, "house" if owner_id is None else "personal", name, body, placeholders, version)


def unknown(body: str) -> list[str]:
    """The placeholders in `body` that mean nothing, each once."""
    written = dict.fromkeys(found.strip() for found in ANY_BRACES.findall(body))
    return [name for name in written if not _means_something(name)]


def _means_something(name: str) -> bool:
    is_written_well = PLACEHOLDER.fullmatch("{{" + name + "}}") is not None
    return is_written_well and (name in MEANINGS or (name.startswith(PARAMETER) and len(name) > len(PARAMETER)))


def filled(body: str, told: Told) -> str:
    """`body` with its placeholders filled; what the client may not see, or is not there, is left out."""
    values = seen_values(told.reading, "client")

    def meaning(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.startswith(PARAMETER):
            return _parameter(told, name.removeprefix(PARAMETER), values)
        return MEANINGS[name](told) if name in MEANINGS else ""

    return PLACEHOLDER.sub(meaning, body)


def _parameter(told: Told, code: str, values: dict[str, Any]) -> str:
    parameter, value = told.reading.definition.parameter_by_code.get(code), values.get(code)
    if parameter is None or value is None:
        return ""
    if parameter.kind in ("choice", "multi_choice"):
        return ", ".join(_option(parameter, chosen, told.language) for chosen in _listed(value))
    return str(value) if parameter.kind in TOLD_PLAINLY else ""


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def _option(parameter: Parameter, code: str, language: str) -> str:
    labels = next((option.labels for option in parameter.options if option.code == code), {})
    return text_in(labels, language) or code
