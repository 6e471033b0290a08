"""The form of a request, empty or refused: what is shown is what was typed, with the errors beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.portal import controls, typed
from services.portal.ask import Refused
from services.portal.controls import PREFIX, Control, Typed
from services.portal.directory import Entry
from services.portal.shapes import Me, Ticket
from shared.catalog import access, values
from shared.catalog.definitions import TypeVersion

LONGEST_SUBJECT = 200
OWN = ("subject", "description", "client", "type", "priority")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line of the summary: which field, and what is wrong with it."""

    field: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestForm:
    """What the template draws."""

    subject: str = ""
    description: str = ""
    controls: list[Control] = field(default_factory=list)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    client: str = ""


def facts(who: Me | Entry, code: str) -> dict[str, dict[str, Any]]:
    """What conditions may ask of the surroundings of a request of `who`'s before it is a ticket."""
    return {
        "ticket": {"type": code, "status": "draft"},
        "client": {"id": who.id, "kind": who.kind},
        "turn": {"side": "client"},
    }


def first_access(
    version: TypeVersion, given: Mapping[str, Any], about: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """What the client may do with each parameter of the first stage, with these values."""
    off = access.inactive(version, given, about)
    return {code: "invisible" if code in off else cell for code, cell in first_column(version).items()}


def first_column(version: TypeVersion) -> Mapping[str, str]:
    """The client's column of the first stage as it was written, whatever the conditions say."""
    return access.cells(version, version.flow.first, "client")


def starting(
    version: TypeVersion, about: Mapping[str, Mapping[str, Any]], template: Mapping[str, Any]
) -> dict[str, Any]:
    """The values that a new request begins with: the parameters' defaults, the template's over them."""
    return values.defaults(version, about) | dict(template)


def carried(version: TypeVersion, origin: Ticket, source: TypeVersion, today: date) -> dict[str, Any]:
    """The values of another ticket (of the version `source`) that a new one may begin with, files aside.

    Of what the new one's first stage asks and takes only what the client sees of the other one now: the reader, an
    attendant, may see more, and must not hand it on unawares.
    """
    stage = origin.stage.code if origin.stage else source.flow.first
    seen = access.cells(source, stage, "client")
    given = {
        code: value
        for code, value in origin.parameters.items()
        if seen.get(code, "invisible") != "invisible" and _is_same_kind(code, version, source)
    }
    judged = values.accept(version, version.flow.first, "client", given, {}, turn_side="client", today=today)
    return {code: value for code, value in judged.values.items() if code not in judged.errors}


def _is_same_kind(code: str, version: TypeVersion, source: TypeVersion) -> bool:
    new, old = version.parameter_by_code.get(code), source.parameter_by_code[code]
    return new is not None and new.kind == old.kind != "file"


def fill(
    version: TypeVersion,
    access_now: Mapping[str, str],
    stored: Mapping[str, Any],
    language: str,
    *,
    subject: str = "",
    description: str = "",
    client: str = "",
    refused: Refused | None = None,
) -> RequestForm:
    """The form with these values; what a service refused stands beside its field and in the summary."""
    errors = named(refused.fields) if refused else {}
    drawn = controls.controls(version, access_now, stored, language, Typed(errors=errors))
    return RequestForm(
        subject=subject,
        description=description,
        client=client,
        controls=drawn,
        errors=errors,
        mistakes=mistakes(refused, version) if refused else [],
    )


def named(fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Errors by the field's own name, without where in the body it was."""
    return {name.removeprefix("parameters."): texts for name, texts in fields.items()}


def mistakes(refused: Refused, version: TypeVersion | None) -> list[Mistake]:
    """The summary: each error with the field that it leads to; what is about no field comes first."""
    lines = [
        Mistake(anchor(name, version), said(name, text, version))
        for name, texts in named(refused.fields).items()
        for text in texts
    ]
    return lines or [Mistake(None, refused.text)]


def anchor(name: str, version: TypeVersion | None) -> str | None:
    """The id of the input that the field's name stands for."""
    if version and name.partition(".")[0] in version.parameter_by_code:
        return f"{PREFIX}{name}"
    return name if name in OWN else None


def said(name: str, text: str, version: TypeVersion | None) -> str:
    """The error as the summary says it: alone it would not tell which field it is about."""
    parameter = version.parameter_by_code.get(name.partition(".")[0]) if version else None
    label = controls.label(parameter) if parameter else ""
    return f"{label}: {text}" if label else text


def typed_values(form: typed.Form, version: TypeVersion, cells: Mapping[str, str]) -> dict[str, Any]:
    """What the form says of the parameters that may be edited."""
    editable = {code for code, cell in cells.items() if cell in ("required", "optional")}
    return typed.values(form, version.parameter_by_code, editable)
