"""Letters' words as administrators wrote them: a title and paragraphs for each language, with places for what happened.

A template is Jinja without most of it: names of places and `if`, nothing else, so that it can neither reach anything
nor run for long. What it gives is plain text, which is escaped where the letter is set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notify.rules import wording
from services.notify.rules.story import Story
from services.notify.rules.voice import Voice
from shared.errors import Message

PLACES: Final = (
    "subject",
    "number",
    "stage",
    "person",
    "holder",
    "queue",
    "party",
    "due",
    "score",
    "file",
    "reason",
    "name",
    "house",
)
"""What a template may name; what is not known of a happening is empty."""
LONGEST_TITLE: Final = 200
LONGEST_BODY: Final = 4000
_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.If,
    nodes.CondExpr,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n")
_SAMPLE_DUE: Final = datetime.fromisoformat("2026-12-07T18:30:00+00:00")
_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, cache_size=0)


@dataclass(frozen=True, slots=True)
class Words:
    """A letter's title and its body, paragraphs apart by an empty line, in one language."""

    title: str
    body: str


Texts = Mapping[str, Words]
"""By language."""


def wrong_with(words: Words) -> dict[str, Message]:
    """What is wrong with a template, by its field (title, body); nothing where it can be used."""
    found: dict[str, Message] = {}
    for field, text, longest in (("title", words.title, LONGEST_TITLE), ("body", words.body, LONGEST_BODY)):
        wrong = _wrong(text, longest) or (_wrong_title(text) if field == "title" else None)
        if wrong is not None:
            found[field] = wrong
    return found


def _wrong(text: str, longest: int) -> Message | None:
    if len(text) > longest:
        return Message("At most %(most)s signs", {"most": longest})
    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateError as error:
        return Message("This cannot be read: %(why)s", {"why": str(error)})
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            return Message("Only places as {{ subject }} and {% if %} can be used here")
        if isinstance(node, nodes.Name) and node.name not in PLACES:
            return Message("There is no place %(name)s: %(places)s", {"name": node.name, "places": ", ".join(PLACES)})
    if not all(_rendered(text, values).strip() for values in _samples()):
        return Message("This says nothing where some of its places are empty")
    return None


def _wrong_title(text: str) -> Message | None:
    return Message("A title is one line") if "\n" in text.strip() else None


def _samples() -> Iterable[dict[str, str]]:
    """Every place filled, and all but those that are always known empty."""
    yield dict.fromkeys(PLACES, "x")
    yield {place: "x" if place in ("subject", "number", "name", "house") else "" for place in PLACES}


@lru_cache(maxsize=256)
def _compiled(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)


def _rendered(text: str, values: Mapping[str, str]) -> str:
    return _compiled(text).render(values)


def fill(
    words: Words, story: Story, voice: Voice, *, subject: str, name: str, house: str
) -> tuple[str, tuple[str, ...]]:
    """The title and the paragraphs of a letter; `subject` as it is to appear in them."""
    values = {
        "subject": story.subject,
        "number": story.number,
        "stage": story.stage(voice),
        "person": story.by_name,
        "holder": story.holder_name,
        "queue": story.queue(voice),
        "party": story.party(voice),
        "due": voice.when(story.due_at) if story.due_at else "",
        "score": str(story.facts.get("score") or ""),
        "file": str(story.facts.get("file") or ""),
        "reason": wording.reason(story, voice),
        "name": name,
        "house": house,
    }
    title = " ".join(_rendered(words.title, values).split())
    body = _rendered(words.body, {**values, "subject": subject})
    return title, tuple(" ".join(part.split()) for part in _PARAGRAPH.split(body.strip()))


def built_in(kind: str, voice: Voice) -> Words:
    """What the built-in words of a kind look like as a template: where an administrator begins."""
    names = {place: f"{{{{ {place} }}}}" for place in PLACES}
    facts: dict[str, Any] = {
        "stage": {"code": "", "names": {voice.language: names["stage"]}},
        "party": {voice.language: names["party"]},
        "side": "attendant",
        "queue": names["queue"] if kind != "passed_on" else None,
        "score": names["score"],
        "status": "concluded",
        "file": names["file"],
        "reason": names["reason"],
        "fallback_reason": names["reason"] if kind == "fallback" else None,
        "refusal": {"message": names["reason"]} if kind == "submission_refused" else None,
    }
    story = Story(
        kind=kind,
        event="",
        facts=facts,
        number=names["number"],
        subject=names["subject"],
        by_name=names["person"],
        holder_name=names["holder"],
        queue_names={voice.language: names["queue"]},
        due_at=_SAMPLE_DUE,
    )
    due = voice.when(_SAMPLE_DUE)
    title, body = wording.title(story, voice), wording.sentence(story, voice, names["subject"])
    return Words(title.replace(due, names["due"]), body.replace(due, names["due"]))


def words_of(wire: Mapping[str, Any] | None) -> Texts:
    """Texts as they are stored, in the rules' form."""
    return {language: Words(text["title"], text["body"]) for language, text in (wire or {}).items()}
