"""A CSV file of people is read whole or refused: nobody is left out unseen."""

from __future__ import annotations

import pytest

from services.portal import people_file
from services.portal.people_file import MOST_LINES, Unreadable


def test_columns_are_found_by_english_and_local_names() -> None:
    text = (
        "Nome;e-mail;Tipo;Perfis;Matrícula;CPF;Idioma;Fuso horário;Superior;Responsáveis;Organização\n"
        "Ana;ana@b.test;student;client helper;R1;529;pt-BR;America/Manaus;bia@b.test;c@b.test, R2;Padaria\n"
    )
    assert people_file.read(text).lines == [
        (
            2,
            {
                "name": "Ana",
                "email": "ana@b.test",
                "kind": "student",
                "profiles": ["client", "helper"],
                "language": "pt-BR",
                "time_zone": "America/Manaus",
                "superior": "bia@b.test",
                "guardians": ["c@b.test", "R2"],
                "organisation": "Padaria",
                "identifiers": {"cpf_cnpj": "529", "registration": "R1"},
            },
        )
    ]


def test_an_empty_cell_is_not_said_and_lines_keep_their_number_in_the_file() -> None:
    sheet = people_file.read('name,email,profiles\n\nAna,,\n"Leo\nPrado",leo@b.test,\n,,\n')
    assert sheet.lines == [(3, {"name": "Ana"}), (5, {"name": "Leo\nPrado", "email": "leo@b.test"})]


def test_columns_that_mean_nothing_are_named() -> None:
    assert people_file.read("name,Shoe size\nAna,38\n").unknown == ["Shoe size"]


def test_a_longer_file_is_refused_and_says_how_long_it_is() -> None:
    with pytest.raises(Unreadable) as refused:
        people_file.read("name\n" + "Ana\n" * (MOST_LINES + 1))
    assert refused.value.too_many == MOST_LINES + 1
    assert len(people_file.read("name\n" + "Ana\n" * MOST_LINES).lines) == MOST_LINES


@pytest.mark.parametrize("text", ["", "name,email\n", "Ana;ana@b.test\n", "a,b\n1,2\n", 'name\n"' + "x" * 200_000])
def test_what_is_no_file_of_people_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        people_file.read(text)


def test_a_file_may_be_in_utf_8_or_latin_1_and_not_too_large() -> None:
    assert people_file.decoded("João".encode("latin-1")) == people_file.decoded("\ufeffJoão".encode()) == "João"
    with pytest.raises(Unreadable):
        people_file.decoded(b"x" * (people_file.MOST_BYTES + 1))
