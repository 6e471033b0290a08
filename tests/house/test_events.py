"""The table of who speaks to whom agrees with the code."""

from __future__ import annotations

import dataclasses
import importlib
import typing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.bus import mailboxes
from shared.contracts import REGISTRY, Event, decode, encode
from shared.contracts.topology import HEARS, PUBLISHES, SERVICES, routing_key

ROOT = Path(__file__).parent.parent.parent
PUBLIC = {
    "ticket.drafted": "for integrators' webhooks",
    "ticket.parameters_changed": "for integrators' webhooks",
}


def handlers_of(service: str) -> dict[str, Any]:
    return dict(importlib.import_module(f"services.{service}.handlers").HANDLERS)


def test_the_services_of_the_topology_are_the_folders() -> None:
    folders = {p.name for p in (ROOT / "services").iterdir() if (p / "__init__.py").exists()}
    assert folders == {*SERVICES, "portal"}


def test_every_event_is_published_by_exactly_one_service_or_by_every_one() -> None:
    for name, _ in REGISTRY:
        word = name.partition(".")[0]
        speakers = [s for s in SERVICES if word in PUBLISHES[s]]
        assert len(speakers) == (len(SERVICES) if word == "inbox" else 1), name


def test_every_event_has_a_reader_or_is_public() -> None:
    handled = {name for service in SERVICES for name in handlers_of(service)}
    assert {name for name, _ in REGISTRY} - handled - PUBLIC.keys() == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_handles_only_events_of_words_it_hears(service: str) -> None:
    for name in handlers_of(service):
        assert name.partition(".")[0] in HEARS[service], name
        assert any(known == name for known, _ in REGISTRY), name


def test_every_word_that_is_heard_is_bound_on_both_brokers() -> None:
    for embedded in (True, False):
        keys = {b.routing_key for box in mailboxes(embedded) for b in box.bindings}
        assert {routing_key(w) for heard in HEARS.values() for w in heard} <= keys


@pytest.mark.parametrize("kind", list(REGISTRY.values()), ids=lambda k: f"{k.name}.v{k.v}")
def test_each_event_survives_the_wire_whole(kind: type[Event]) -> None:
    event = example(kind)
    assert decode(kind.name, kind.v, encode(event)) == event


def example(kind: Any) -> Any:
    """An instance of a frozen dataclass with a telling value in every field."""
    hints = typing.get_type_hints(kind)
    return kind(**{f.name: value_for(hints[f.name], f.name) for f in dataclasses.fields(kind)})


def value_for(hint: Any, name: str) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return inner[0]
    if inner and type(None) in inner:
        return value_for(next(a for a in inner if a is not type(None)), name)
    if origin is list:
        return [value_for(inner[0], name)]
    if origin is dict:
        return {"pt-BR": value_for(inner[1], name)}
    if dataclasses.is_dataclass(hint):
        return example(hint)
    plain = {str: f"a {name}", int: 7, bool: True, Any: "1.50"}
    plain |= {datetime: datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC), date: date(2026, 2, 3)}
    return plain[hint]
