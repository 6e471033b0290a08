"""Writing a catalog as the YAML that `reading` reads: `read(write(catalog))` is the catalog again.

What has its default is left out. Small things stand on one line, as a person would write them.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any, Final

import yaml

from shared.catalog.definitions import (
    LANGUAGES,
    SIDES,
    Access,
    AttachmentLimits,
    Calendar,
    Catalog,
    ClientKind,
    Due,
    OpenedBy,
    Queue,
    Stage,
    Template,
    Texts,
    Transition,
    Type,
    TypeVersion,
)
from shared.catalog.parameters import Column, Field, Option, Parameter
from shared.catalog.reading.flows import BUILT_IN_NAMES
from shared.catalog.reading.sections import WEEKDAYS
from shared.catalog.reading.words import UNITS
from shared.catalog.wire import version_digest, version_from_wire, version_to_wire

__all__ = ["version_digest", "version_from_wire", "version_to_wire", "write"]

_LINE: Final = 1000
_SHORT: Final = 8
_BREAKS: Final = re.compile(r"[\t\r\n\x85\u2028\u2029]")
Shape = dict[str, Any]


class _Row(dict[str, Any]):
    """A mapping that is written on one line: `{code: finance, name: Finance}`."""


class _Inline(list[Any]):
    """A list that is written on one line: `[customer, student]`."""


class _Number(str):
    """A number that is text on the wire; a file has it without quotes."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(_Row, lambda dumper, row: dumper.represent_mapping("tag:yaml.org,2002:map", row.items(), True))
_Dumper.add_representer(_Inline, lambda dumper, row: dumper.represent_sequence("tag:yaml.org,2002:seq", row, True))


def _number(dumper: _Dumper, number: _Number) -> yaml.Node:
    kind = "float" if "." in number else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", number)


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    """Line breaks are written as escapes: folded between single quotes, NEL and its like would come back as blanks."""
    style = '"' if _BREAKS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(_Number, _number)
_Dumper.add_representer(str, _text)


def write(catalog: Catalog) -> str:
    """The catalog as YAML. Empty sections are left out."""
    sections: Shape = {
        "client_kinds": [_client_kind(kind) for kind in catalog.client_kinds],
        "calendars": [_calendar(calendar) for calendar in catalog.calendars],
        "queues": [_queue(queue) for queue in catalog.queues],
        "groups": [_row(code=group.code, name=_texts(group.names)) for group in catalog.groups],
        "types": [_type(type) for type in catalog.types],
    }
    parts = [_dumped({"catalog": 1})]
    parts += [_dumped({name: section}) for name, section in sections.items() if section]
    return "\n".join(parts)


def _dumped(shape: Shape) -> str:
    text: str = yaml.dump(shape, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_LINE)
    return text


def _shape(**parts: Any) -> Shape:
    """The parts that are there: what is None, empty or a `_Row` of nothing is left out."""
    return {name.rstrip("_"): part for name, part in parts.items() if part is not None and part not in ({}, [], ())}


def _row(**parts: Any) -> _Row:
    return _Row(_shape(**parts))


def _unless(value: Any, usual: Any) -> Any:
    return None if value == usual else value


def _said(rule: object | None) -> str | None:
    return None if rule is None else str(rule)


def _texts(texts: Texts) -> Any:
    if texts.keys() == set(LANGUAGES) and len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return _Row({language: texts[language] for language in LANGUAGES if language in texts})


def _queue(queue: Queue) -> Shape:
    if len(queue.members) > _SHORT:
        return _shape(code=queue.code, name=_texts(queue.names), members=list(queue.members))
    return _row(code=queue.code, name=_texts(queue.names), members=_Inline(queue.members))


def _client_kind(kind: ClientKind) -> Any:
    if kind == ClientKind(code=kind.code):
        return kind.code
    login = _unless(_Inline(kind.login), ["email"])
    return _row(code=kind.code, name=_texts(kind.names), login=login)


def _calendar(calendar: Calendar) -> Shape:
    hours = {}
    openings = [(day, calendar.hours[day]) for day in WEEKDAYS if calendar.hours.get(day)]
    ordered = enumerate(openings)
    for (_, times), run in groupby(ordered, key=lambda each: (each[0] - WEEKDAYS.index(each[1][0]), each[1][1])):
        days = [day for _, (day, _) in run]
        name = days[0] if len(days) == 1 else f"{days[0]}-{days[-1]}"
        hours[name] = _Inline("-".join(opening) for opening in times)
    return _shape(code=calendar.code, timezone=calendar.timezone, hours=_Row(hours), holidays=calendar.holidays)


def _type(type: Type) -> Shape:
    return _shape(
        code=type.code,
        group=type.group,
        name=_texts(type.names),
        description=_texts(type.descriptions),
        opened_by=_opened_by(type.opened_by),
        confidential=_unless(type.confidential, False),
        priority=_unless(type.priority, "normal"),
        attachments=_attachments(type.attachments),
        templates=[_template(template) for template in type.templates],
        parameters=[_parameter(parameter) for parameter in type.version.parameters],
        flow=_flow(type.version),
    )


def _opened_by(opened_by: OpenedBy) -> Any:
    if opened_by == OpenedBy():
        return None
    kinds: Any = "all" if opened_by.kinds == "all" else _Inline(opened_by.kinds)
    return _row(kinds=kinds, profiles=_Inline(opened_by.profiles))


def _attachments(limits: AttachmentLimits | None) -> Any:
    if limits is None:
        return None
    # An empty mapping is not the same as none: it has been said that there are no limits.
    return _Row(_shape(count=limits.count, size=_size(limits.size_bytes), types=_Inline(limits.types))) or _Row(
        types=_Inline()
    )


def _size(size: int | None) -> str | None:
    if size is None:
        return None
    unit = max((name for name, each in UNITS.items() if size % each == 0), key=UNITS.__getitem__)
    return f"{size // UNITS[unit]}{unit}"


def _template(template: Template) -> Shape:
    return _shape(
        code=template.code,
        name=_texts(template.names),
        subject=template.subject or None,
        description=template.description or None,
        parameters=template.parameters,
    )


def _parameter(parameter: Parameter) -> Shape:
    shape = _field(
        parameter,
        default=parameter.default,
        when=parameter.when,
        columns=[_column(column) for column in parameter.columns],
    )
    return shape if parameter.columns or parameter.options else _Row(shape)


def _column(column: Column) -> Shape:
    return _Row(_field(column, required=_unless(column.required, False)))


def _field(field: Field, **own: Any) -> Shape:
    return _shape(
        code=field.code,
        kind=field.kind,
        label=_texts(field.labels),
        help=_texts(field.helps),
        options=[_option(option) for option in field.options],
        pattern=field.pattern,
        min=_bound(field, field.min),
        max=_bound(field, field.max),
        min_length=field.min_length,
        max_length=field.max_length,
        min_items=field.min_items,
        max_items=field.max_items,
        currency=field.currency,
        decimals=field.decimals,
        **own,
    )


def _bound(field: Field, bound: int | str | None) -> int | str | None:
    return _Number(bound) if isinstance(bound, str) and field.kind in ("money", "decimal") else bound


def _option(option: Option) -> _Row:
    return _row(code=option.code, label=_texts(option.labels))


def _flow(version: TypeVersion) -> Shape:
    flow = version.flow
    return _shape(
        first=flow.first,
        fallback=_said(flow.fallback),
        reopen_within=_said(flow.reopen_within),
        due_by_side=_Row({side: _due(flow.due_by_side[side]) for side in SIDES if side in flow.due_by_side}),
        stages=[_stage(stage, version) for stage in flow.stages],
    )


def _due(due: Due | None) -> Any:
    if due is None:
        return None
    near = None if due.near == 75 else f"{due.near}%"
    return _row(within=str(due.within), calendar=due.calendar, near=near, then=due.then)


def _stage(stage: Stage, version: TypeVersion) -> Shape:
    approvers = stage.approvers
    shape = _shape(
        code=stage.code,
        name=_texts(stage.names),
        client_name=_texts(stage.client_names),
        side=stage.side,
        kind=_unless(stage.kind, "ordinary") if stage.terminal is None else None,
        terminal=stage.terminal,
        assign=_said(stage.assign),
        due=_due(stage.due),
        understanding=_unless(stage.understanding, "optional"),
        approves=stage.approves,
        approvers=approvers
        and _row(
            queue=approvers.queue,
            needs=_unless(approvers.needs, 1),
            exclude=_Inline(approvers.exclude),
            delegates=_unless(approvers.delegates, False),
        ),
        party=_texts(stage.party),
        parameters={side: _cells(stage.cells[side], version) for side in SIDES if side in stage.cells},
        transitions=[_transition(transition) for transition in stage.transitions],
    )
    return shape if stage.terminal is None or stage.cells else _Row(shape)


def _cells(cells: dict[str, Access], version: TypeVersion) -> _Row:
    """In the order of the parameters: what was stored as JSONB comes back in an order of its own."""
    return _Row({code: cells[code] for code in version.parameter_by_code if code in cells})


def _transition(transition: Transition) -> _Row:
    names = _unless(transition.names, BUILT_IN_NAMES.get(transition.code))
    return _row(
        code=transition.code,
        to=transition.to,
        name=None if names is None else _texts(names),
        outcome=transition.outcome,
        if_=transition.condition,
        comment=_unless(transition.comment, "optional"),
        assign=_said(transition.assign),
    )
