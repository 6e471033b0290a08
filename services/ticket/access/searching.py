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
    exists,
    func,
    literal_column,
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


def _has(words: ColumnElement[Any]) -> Condition:
    return words.op("@@")(_query)


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
    return and_(_has(files.c.words), files.c.state == word("stored"), seen)


def _filled(t: FromClause, inside: Condition | None) -> Condition:
    """Of the values that the side sees in the stage where the ticket is; those of a ticket whose words are found."""
    side: ColumnElement[str] = word("client")
    if inside is not None:
        side = case((inside, word("attendant")), else_=word("client"))
    version = (
        select(type_versions.c.definition)
        .where(type_versions.c.type == t.c.type, type_versions.c.version == t.c.flow_version)
        .correlate_except(type_versions)
        .scalar_subquery()
    )
    seen = func.seen_values(t.c.parameters, version, t.c.stage, t.c.last_stage, side)
    return and_(_has(value_words.c.words), _has(func.words_in(seen)))


def _sources(t: FromClause, by_attendant: bool) -> tuple[tuple[FromClause, Condition], ...]:
    inside = _from_inside(t) if by_attendant else None
    return (
        (texts, _has(texts.c.words)),
        (messages, _said(t, inside)),
        (files, _filed(t, inside)),
        (value_words, _filled(t, inside)),
    )


def holds_words(t: FromClause, *, by_attendant: bool) -> Condition:
    """The words are in what the reader sees of the ticket: looked at ticket by ticket."""
    found = (
        exists().where(source.c.ticket_id == t.c.id, matches).correlate_except(source)
        for source, matches in _sources(t, by_attendant)
    )
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
