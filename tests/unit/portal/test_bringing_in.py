"""A file of people that cannot be taken is refused on the page, and no service is asked to do anything."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from tests.unit.portal.asking import sealed
from tests.unit.portal.conftest import signed_in
from tests.unit.portal.town import PEOPLE, Town


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nome\n" + b"Ana\n" * 2001, "O arquivo tem 2001 pessoas"),
        (b"", "O arquivo não tinha pessoas."),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused(
    app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    monkeypatch.setitem(PEOPLE["bruno"], "permissions", ["people.manage"])
    answer = sealed(signed_in(app, "bruno"), "/admin/people/import", {"file": (io.BytesIO(content), "a.csv")})
    assert answer.status_code == 422
    assert said in answer.text
