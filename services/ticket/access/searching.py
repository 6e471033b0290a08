"""What words find: the request, discussion, parameters and names of files, each as far as the reader's side sees it.

All the words stand in one of those. A reader sees a ticket from the client's side in the client's lists, and in the
attendants' where they are the client and do not hold it, as `rules.ticket.standing` says.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    union_all,
)

from services.ticket.access.seeing import CODES, ONE, is_guardian, one_of, word
from services.ticket.models import files, folded, messages, texts, tickets, type_versions, value_words
from services.ticket.rules.ticket import ATTENDED
from shared.database import Statement

Condition = ColumnElement[bool]

_query: Final = func.websearch_to_tsquery(
    literal_column("'portuguese'::regconfig"), folded(bindparam("words", type_=Text))
)

_CONDITIONAL: Final[ColumnElement[Any]] = literal_column(
    "'$.parameters[*] ? (@.code == $code && @.when != null)'::jsonpath"
)


def _has(words: ColumnElement[Any]) -> Condition:
    return words.op("@@")(_query)


def _in_turn(cheap: Condition, dear: Condition) -> Condition:
    """Both, the dear one only where the cheap one holds: AND leaves it to the planner, which may put it first."""
    return and_(cheap, case((cheap, dear), else_=false()))


def _from_inside(t: FromClause) -> Condition:
    """The reader meets the ticket as an attendant."""
    in_person = and_(one_of(t.c.turn_side, ATTENDED), t.c.holder_person_id == ONE.id)
    return or_(in_person, and_(t.c.client_id != ONE.id, ~is_guardian(t, ONE)))


def _said(t: FromClause, inside: Condition | None) -> Condition:
    public = messages.c.visibility == word("public")
    return and_(_has(messages.c.words), public if inside is None else or_(public, inside))


def _filed(t: FromClause, inside: Condition | None) -> Condition:
    open_ones = ~files.c.is_internal
    seen = open_ones if inside is None else or_(open_ones, inside)
    shown = or_(files.c.parameter.is_(None), _shows_files_of(t, files.c.parameter, inside))
    return and_(files.c.state == word("stored"), seen, _in_turn(_has(files.c.words), shown))


def _shows_files_of(t: FromClause, code: ColumnElement[Any], inside: Condition | None) -> Condition:
    """The side sees the parameter that a file answers. One with a `when` counts while it has a value.

    SQL may read both halves of an OR, so a file that answers none is given a code that no parameter has.
    """
    code = func.coalesce(code, literal_column("''"))
    named = func.jsonb_build_object(code, literal_column("1"))
    given = func.jsonb_build_object(literal_column("'code'"), code)
    is_conditional = func.jsonb_path_exists(_version(t), _CONDITIONAL, given)
    seen = _seen(t, named, inside).op("<>")(literal_column("'{}'::jsonb"))
    return and_(seen, or_(func.jsonb_exists(t.c.parameters, code), not_(is_conditional)))


def _filled(t: FromClause, inside: Condition | None) -> Condition:
    """Of the values that the side sees in the stage where the ticket is; those of a ticket whose words are found."""
    seen = _seen(t, t.c.parameters, inside)
    return _in_turn(_has(value_words.c.words), _has(func.words_shown(seen, _version(t))))


def _seen(t: FromClause, values: ColumnElement[Any], inside: Condition | None) -> ColumnElement[Any]:
    """Those of the values that the reader's side sees in the stage where the ticket is."""
    side: ColumnElement[str] = word("client")
    if inside is not None:
        side = case((inside, word("attendant")), else_=word("client"))
    return func.seen_values(values, _version(t), t.c.stage, t.c.last_stage, side)


def _version(t: FromClause) -> ColumnElement[Any]:
    """The published version that the ticket follows."""
    return (
        select(type_versions.c.definition)
        .where(type_versions.c.type == t.c.type, type_versions.c.version == t.c.flow_version)
        .correlate_except(type_versions)
        .scalar_subquery()
    )


def _sources(t: FromClause, by_attendant: bool) -> tuple[tuple[FromClause, Condition], ...]:
    inside = _from_inside(t) if by_attendant else None
    return (
        (texts, _has(texts.c.words)),
        (messages, _said(t, inside)),
        (files, _filed(t, inside)),
        (value_words, _filled(t, inside)),
    )


def holds_words(t: FromClause, *, by_attendant: bool) -> Condition:
    """The words are in what the reader sees of the ticket: looked at ticket by ticket.

    As values and not by EXISTS, for which the planner would gather all that hold a common word first.
    """
    found = []
    for source, matches in _sources(t, by_attendant):
        first = select(true()).where(source.c.ticket_id == t.c.id, matches).limit(literal_column("1"))
        found.append(func.coalesce(first.correlate_except(source).scalar_subquery(), false()))
    return or_(*found)


def found_ids(*, by_attendant: bool) -> Select[Any]:
    """The tickets that the words' indexes find, or whose number is one of `numbers`; the reader may not see them."""
    t = tickets.alias("found")
    ways = [
        select(source.c.ticket_id).select_from(source.join(t, t.c.id == source.c.ticket_id)).where(matches)
        for source, matches in _sources(t, by_attendant)
    ]
    numbered = select(t.c.id).where(t.c.number == any_(bindparam("numbers", type_=CODES)))
    return select(union_all(*ways, numbered).subquery("any_way").c.ticket_id)


def hits(most: int) -> Select[Any]:
    """How many texts, messages, names and values have the words, whosever they are; no more than `most` are counted."""
    each: list[Select[Any]] = [
        select(literal_column("1")).select_from(source).where(_has(source.c.words))
        for source in (texts, messages, files, value_words)
    ]
    return select(func.count()).select_from(
        select(true()).select_from(union_all(*each).subquery("hits")).limit(literal_column(str(most))).subquery("few")
    )


KNOWN: Final = Statement(
    """SELECT c.reltuples * met.share AS about
    FROM pg_class c JOIN pg_stats s ON s.schemaname = c.relnamespace::regnamespace::text AND s.tablename = c.relname,
        unnest(s.most_common_elems::text::text[],
               s.most_common_elem_freqs[:cardinality(s.most_common_elems::text::text[])]) AS met (word, share),
        websearch_to_tsquery('portuguese'::regconfig, vez_fold(%(words)s::text)) AS asked
    WHERE c.oid = 'texts'::regclass AND s.attname = 'words' AND numnode(asked) = 1
      AND met.word = btrim(asked::text, '\'\'')"""
)
"""About how many texts have the one word that is asked for, as the server's statistics know; no row where they do not.

They hold the commonest words, each with the share of texts that have it (PostgreSQL, `pg_stats.most_common_elems`).
"""
