"""The audit log in words: each command that a service notes has some, and facts name people, days and queues."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.portal import audit_words
from services.portal.audit_words import Known

SERVICES = Path(__file__).parents[3] / "services"
BRUNO = "0199d0f0-0000-7000-8000-000000000002"
KNOWN = Known({BRUNO: "Bruno Alves"}, {"desk": "Recepção"})


def noted() -> Iterator[tuple[str, str]]:
    """(word, action) of every audit entry whose command writes both out."""
    for path in SERVICES.rglob("commands/*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or getattr(call.func, "attr", "") != "audit":
                continue
            word, _, action = (each if isinstance(each, ast.expr) else None for each in call.args[:3])
            actions = [each.value for each in ast.walk(action) if isinstance(each, ast.Constant)] if action else []
            yield from ((str(getattr(word, "value", "")), str(each)) for each in actions)


def handed_on() -> Iterator[str]:
    """The actions that commands hand to those that note them: `save(…, "disable_person")`, `request(…, "take")`."""
    for path in SERVICES.rglob("commands/*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            name = getattr(call.func, "id", "") if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and name in ("save", "write_new", "request"):
                texts = [each.value for part in call.args for each in ast.walk(part) if isinstance(each, ast.Constant)]
                yield from (each for each in texts if isinstance(each, str) and each.isidentifier())


def test_every_command_that_is_noted_has_words(pt: None) -> None:
    found = set(noted())
    assert len(found) > 40
    assert sorted(action for _, action in found if audit_words.deed(action) == action) == []
    assert sorted({word for word, _ in found if word and audit_words.thing(word) == word and word != "webhook"}) == []
    assert sorted({action for action in handed_on() if audit_words.deed(action) == action}) == []


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"to_person_id": BRUNO, "to_queue": None}, [("para", "Bruno Alves")]),
        ({"to_queue": "desk"}, [("para a fila", "Recepção")]),
        ({"absent_from": "2026-12-03"}, [("ausente desde", "3 dez")]),
        ({"outcome": "approved", "operation_id": BRUNO}, [("resultado", "aprovado")]),
        ({"mail": False, "guardians": [BRUNO]}, [("avisos por e-mail", "não"), ("responsáveis", "Bruno Alves")]),
        ({"new_fact": "x<y"}, [("new_fact", "x<y")]),
        (None, []),
    ],
)
def test_facts_are_said_as_people_say_them(pt: None, detail: Any, told: list[tuple[str, str]]) -> None:
    assert audit_words.facts(detail, KNOWN) == told


def test_who_did_it_is_named(pt: None) -> None:
    assert audit_words.who(BRUNO, KNOWN) == "Bruno Alves"
    assert audit_words.who(audit_words.SYSTEM, KNOWN) == "o sistema"
    assert audit_words.who("0199d0f0-0000-7000-8000-00000000dead", KNOWN) == "alguém que já não está aqui"
