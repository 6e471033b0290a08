"""Every mistake in a file is reported with its line, what is wrong and what to do, all of them at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.catalog.reading import CatalogInvalid, read, read_all
from tests.unit.catalog.files import BASE, changed, marked_lines, problems_of

MISTAKES = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["name"].replace(" ", "_"))
def test_a_mistake_is_reported_with_its_line_and_remedy(mistake: dict[str, Any]) -> None:
    text = changed(mistake["old"], mistake["new"])
    problems = problems_of(text)
    found = [problem for problem in problems if mistake["said"] in problem.english]
    assert found, [str(problem) for problem in problems]
    assert found[0].remedy.key
    assert found[0].file == "catalog.yaml"
    for line in marked_lines(text):
        assert found[0].line == line, str(found[0])
    assert len(problems) == 1 + mistake.get("more", 0), [str(problem) for problem in problems]


def test_a_stage_that_cannot_end_is_named_with_every_stage_of_its_circle() -> None:
    text = changed(
        "            - {code: finish, to: agree, name: Finish}\n",
        "            - {code: finish, to: agree, name: Finish}\n            - {code: stop, to: stuck, name: Stop}\n",
    ).replace(
        "        - {code: done,",
        """\
        - code: stuck # <<
          name: Stuck
          side: attendant
          transitions: [{code: turn, to: turning, name: Turn}]
        - code: turning # <<
          name: Turning
          side: attendant
          transitions: [{code: turn, to: stuck, name: Turn}]
        - {code: done,""",
    )
    problems = problems_of(text)
    assert [problem.line for problem in problems] == marked_lines(text)
    assert [problem.english.partition(".")[0] for problem in problems] == [
        "From the stage stuck no ticket can end",
        "From the stage turning no ticket can end",
    ]


def test_a_second_thing_with_a_code_points_to_the_first() -> None:
    text = changed("- {code: urgent, kind: boolean,", "- {code: amount, kind: boolean, # <<\n        ")
    problem = next(problem for problem in problems_of(text) if "used twice" in problem.english)
    assert problem.line == marked_lines(text)[0]
    assert "the first is on line 20" in problem.english


def test_conditions_that_depend_on_each_other_are_refused() -> None:
    text = changed("default: false}", """default: false, when: "parameters.why == 'x'"} # <<""")
    problems = problems_of(text)
    assert [problem.english for problem in problems] == [
        "Whether urgent is asked would depend on itself. Leave one of the parameters out of the conditions.",
        "Whether why is asked would depend on itself. Leave one of the parameters out of the conditions.",
    ]


def test_a_condition_over_several_lines_is_reported_at_its_own_line() -> None:
    text = changed(
        'if: "parameters.amount > 100.0"}', 'if: "parameters.amount > 1.0 &&\n                  parameters.amount >"}'
    )
    assert problems_of(text)[0].line == 48
    block = changed(
        '            - {code: board, to: board, name: To the board, if: "parameters.amount > 100.0"}\n',
        """\
            - code: board
              to: board
              name: To the board
              if: |
                parameters.amount > 1.0 &&
                parameters.amount >
""",
    )
    assert "The condition cannot be read at line 2" in problems_of(block)[0].english
    assert problems_of(block)[0].line == 53


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = (
        BASE.replace("timezone: America/Sao_Paulo", "timezone: Mars # <<")
        .replace("    group: general", "    group: none # <<")
        .replace("first: work", "first: nowhere # <<")
        .replace("label: Urgent,", "label: {en: Urgent, es: Urgente}, # <<\n       ")
        .replace('if: "parameters.amount > 100.0"}', 'if: "parameters.amount >"} # <<')
        .replace("needs: 2,", "needs: 9, # <<\n           ")
        .replace("then: finish}", "then: nothing} # <<")
        .replace("to: done}", "to: dune} # <<")
    )
    problems = problems_of(text)
    assert [problem.line for problem in problems if problem.line in marked_lines(text)] == marked_lines(text)
    assert sorted(problems, key=lambda problem: problem.line) == problems


def test_aliases_are_refused_at_their_line() -> None:
    text = BASE.replace("label: Urgent", "label: &x Urgent").replace("label: Why", "label: *x # <<\n       ")
    problems = problems_of(text)
    assert [(problem.line, problem.message.key) for problem in problems] == [
        (22, "Anchors and aliases (& and *) are not read.")
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "The file is empty."),
        ("# only a comment\n", 1, "The file is empty."),
        ("just words", 1, "Names with their values are expected here."),
        ("[1, 2]", 1, "Names with their values are expected here."),
        ("catalog: 1\ntypes: [\n", 3, "This is not YAML"),
        ("catalog: 1\ntypes:\n\t- code: x\n", 3, "This is not YAML"),
        ("catalog: 1\n---\ncatalog: 1\n", 2, "This is not YAML"),
        ("catalog: 1\ntypes: " + "[" * 100 + "]" * 100, 2, "The file is nested too deeply."),
        ('catalog: 1\ngroups:\n  - {code: a, name: "x\\0y"}\n', 3, "There are characters in it that cannot be shown."),
        ('catalog: 1\ngroups:\n  - {code: a, name: "\\ud800"}\n', 3, "This is not YAML: found invalid Unicode"),
        ("catalog: 1\n" + "#" * 4_000_000, 1, "The file is too long."),
        ("catalog: 1\n? [a, b]\n: c\n", 3, "This is no name."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_catalog_gets_one_clear_problem(text: str, line: int, said: str) -> None:
    problems = problems_of(text)
    assert said in problems[0].english
    assert problems[0].line == line
    assert len(problems) <= 2


def test_a_flow_may_do_without_a_fallback_where_the_house_has_one() -> None:
    text = changed("      fallback: queue:desk\n", "")
    assert read(text, "catalog.yaml", has_global_fallback=True).types[0].version.flow.fallback is None


def test_names_may_be_those_of_the_catalog_below() -> None:
    part = BASE[: BASE.index("calendars:")] + BASE[BASE.index("types:") :]
    below = read(BASE, "below.yaml")
    assert len(problems_of(part)) == 6
    assert read(part, "part.yaml", known=below).types == below.types


def test_several_files_are_one_catalog_and_codes_may_not_repeat_across_them() -> None:
    head, types = BASE[: BASE.index("types:")], "catalog: 1\n" + BASE[BASE.index("types:") :]
    assert read_all([("head.yaml", head), ("types.yaml", types)]) == read(BASE, "catalog.yaml")
    with pytest.raises(CatalogInvalid) as caught:
        read_all([("head.yaml", head), ("types.yaml", types), ("again.yaml", head)])
    assert "groups.general: The code general is used in another file too." in str(caught.value)


def test_a_problem_is_one_english_line_and_plain_values() -> None:
    with pytest.raises(CatalogInvalid) as caught:
        read(changed("first: work", "first: wark"), "my.yaml")
    assert str(caught.value) == "my.yaml:34: types.repair.flow.first: There is no stage wark. Did you mean work?"
    assert caught.value.to_wire() == [
        {
            "file": "my.yaml",
            "line": 34,
            "path": "types.repair.flow.first",
            "message": "There is no stage wark.",
            "remedy": "Did you mean work?",
        }
    ]
