"""How a person is named at sign-in: e-mail, CPF or CNPJ, a registration code; each has one written form."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from stdnum.br import cnpj, cpf

from shared.errors import Message

EMAIL: Final = "email"
CPF_CNPJ: Final = "cpf_cnpj"
REGISTRATION: Final = "registration"
IDENTIFIER_KINDS: Final = (EMAIL, CPF_CNPJ, REGISTRATION)
LONGEST: Final = 254
STAFF_LOGIN: Final = (EMAIL,)
"""How people without a client kind sign in."""

_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f,;<>\"]+@[^@\s\x00-\x1f,;<>\"]+")
_REGISTRATION: Final = re.compile(r"[^\s\x00-\x1f]{1,60}")


class Unfit(Exception):
    """A value that is no identifier of its kind; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = Message(message)


def normal_form(kind: str, value: str) -> str:
    """The one written form of an identifier. Raises Unfit."""
    return _FORMS[kind](value)


def candidates(username: str) -> dict[str, str | None]:
    """What `username` can stand for, by kind of identifier: its form there, or None."""
    return {kind: _form_or_none(kind, username) for kind in IDENTIFIER_KINDS}


def _form_or_none(kind: str, value: str) -> str | None:
    try:
        return normal_form(kind, value)
    except Unfit:
        return None


def _email(value: str) -> str:
    form = value.strip().lower()
    if len(form) > LONGEST or not _EMAIL.fullmatch(form):
        raise Unfit("This is not an e-mail address")
    return form


def _cpf_cnpj(value: str) -> str:
    for document in (cpf, cnpj):
        if document.is_valid(value):
            return str(document.compact(value)).upper()
    raise Unfit("This is neither a CPF nor a CNPJ")


def _registration(value: str) -> str:
    form = value.strip().upper()
    if not _REGISTRATION.fullmatch(form):
        raise Unfit("A registration code has 1 to 60 signs and no spaces")
    return form


_FORMS: Final[dict[str, Callable[[str], str]]] = {
    EMAIL: _email,
    CPF_CNPJ: _cpf_cnpj,
    REGISTRATION: _registration,
}
