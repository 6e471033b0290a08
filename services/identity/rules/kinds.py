"""Client kinds: a configurable list that says how such a client signs in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.identity.rules.identifiers import CPF_CNPJ, EMAIL, REGISTRATION, STAFF_LOGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A client kind; `login` lists the identifiers that such a client may sign in by."""

    code: str
    names: dict[str, str]
    login: tuple[str, ...] = (EMAIL,)
    is_retired: bool = False


BUILT_IN_KINDS: Final = (
    Kind(code="customer", names={"pt-BR": "Cliente", "en": "Customer", "es": "Cliente"}),
    Kind(
        code="supplier",
        names={"pt-BR": "Fornecedor", "en": "Supplier", "es": "Proveedor"},
        login=(CPF_CNPJ, EMAIL),
    ),
    Kind(code="student", names={"pt-BR": "Aluno", "en": "Student", "es": "Estudiante"}, login=(REGISTRATION, EMAIL)),
    Kind(code="teacher", names={"pt-BR": "Professor", "en": "Teacher", "es": "Profesor"}, login=(REGISTRATION, EMAIL)),
    Kind(code="prospect", names={"pt-BR": "Prospect", "en": "Prospect", "es": "Prospecto"}),
    Kind(code="suspect", names={"pt-BR": "Suspect", "en": "Suspect", "es": "Suspect"}),
    Kind(code="person", names={"pt-BR": "Pessoa", "en": "Person", "es": "Persona"}),
)


def may_sign_in_by(identifier_kind: str, kind_login: list[str] | None) -> bool:
    """Whether somebody whose client kind lists `kind_login` (None: staff) may sign in by that identifier."""
    return identifier_kind in (STAFF_LOGIN if kind_login is None else kind_login)
