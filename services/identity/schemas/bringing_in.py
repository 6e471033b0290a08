"""People brought in from a list. A line that does not fit the form is told of in its result and stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.identity.rules.bringing_in import MOST_LINES, PLAIN, Line, Outcome, Result
from services.identity.schemas import parts
from services.identity.schemas.people import Named
from shared.errors import Message
from shared.http.problems import problem_of
from shared.http.wording import message_of


class PersonLine(Schema):
    """One person of the list. What is left out or null is not said: of somebody there already it changes nothing."""

    name = parts.line(allow_none=True)
    email = parts.line(254, allow_none=True)
    kind = fields.String(validate=parts.CODE, allow_none=True)
    identifiers = parts.identifiers(load_default=dict)
    profiles = parts.codes(load_default=list)
    language = parts.language(allow_none=True)
    time_zone = parts.time_zone(allow_none=True)
    superior = parts.line(254, allow_none=True, metadata={"description": "an e-mail or another identifier"})
    guardians = fields.List(
        parts.line(254),
        validate=[validate.Length(max=20), parts.once_each],
        load_default=list,
        metadata={"description": "e-mails or other identifiers"},
    )
    organisation = parts.line(allow_none=True, metadata={"description": "a name"})


class _Lenient(fields.Nested):
    """A line that is kept with what is wrong with it, instead of refusing all."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        try:
            return {"body": super()._deserialize(value, *args, **kwargs), "wrong": {}}
        except ValidationError as error:
            found = error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}
            return {"body": {}, "wrong": dict(_messages(found))}


class PeopleList(Schema):
    """Many people to be made or changed, or (dry_run) only judged."""

    lines = fields.List(_Lenient(PersonLine), required=True, validate=validate.Length(min=1, max=MOST_LINES))
    dry_run = fields.Boolean(load_default=False, metadata={"description": "only tell what would become of each line"})


class LineChange(Schema):
    field = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)


class LineProblem(Schema):
    """A problem document."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class LineResult(Schema):
    """What became of a line, or would; `line` counts from 1."""

    line = fields.Integer(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([each.value for each in Outcome]))
    person = fields.Nested(Named, required=True, allow_none=True)
    changes = fields.List(fields.Nested(LineChange), required=True)
    problem = fields.Nested(LineProblem, required=True, allow_none=True)


class PeopleListed(Schema):
    items = fields.List(fields.Nested(LineResult), required=True)
    applied = fields.Boolean(required=True)

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """What became of each line, a refusal as a problem document."""
        return {"items": [_result(each) for each in obj["items"]], "applied": obj["applied"]}


def lines_of(loaded: list[dict[str, Any]]) -> list[Line]:
    """The lines of a loaded body, numbered from 1."""
    return [_line(number, each["body"], each["wrong"]) for number, each in enumerate(loaded, start=1)]


def _line(number: int, body: Mapping[str, Any], wrong: Mapping[str, list[Message]]) -> Line:
    facts = {name: body[name] for name in PLAIN if body.get(name)}
    if "profiles" in facts:
        facts["profiles"] = tuple(facts["profiles"])
    return Line(
        number=number,
        facts=facts,
        identifiers={kind: value for kind, value in body.get("identifiers", {}).items() if value},
        superior=body.get("superior"),
        guardians=tuple(body.get("guardians", ())),
        organisation=body.get("organisation"),
        wrong=wrong,
    )


def _messages(found: Mapping[str, Any]) -> Iterator[tuple[str, list[Message]]]:
    """What is wrong by field, as messages that are translated when they are told."""
    for name, inner in found.items():
        if name == "identifiers" and isinstance(inner, Mapping):
            yield from ((f"identifiers.{kind}", _texts(texts)) for kind, texts in inner.items())
        else:
            yield "body" if name == "_schema" else name, _texts(inner)


def _texts(found: Any) -> list[Message]:
    if isinstance(found, Mapping):
        return [text for inner in found.values() for text in _texts(inner)]
    return [message_of(str(text)) for text in (found if isinstance(found, list) else [found])]


def _result(result: Result) -> dict[str, Any]:
    return {
        "line": result.line,
        "outcome": result.outcome.value,
        "person": None if result.person is None else Named().dump(result.person),
        "changes": LineChange().dump(result.changes, many=True),
        "problem": None if result.refusal is None else problem_of(result.refusal),
    }
