"""What the house's letters say, for administrators: read, changed in every language at once, seen on a real ticket."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from flask import Response

from services.notify import access, commands, queries, schemas
from services.notify.gateways.composing import Composer
from services.notify.gateways.speech import voice_for, voice_in
from services.notify.gateways.visibility import visible
from services.notify.options import Options
from services.notify.rules.letter import House, write
from services.notify.rules.templates import Words, words_of, wrong_with
from services.notify.rules.voice import Voice
from shared import clock
from shared.errors import Invalid, NotFound
from shared.http import blueprint, command, current_edge, needs, query, read, respond, services
from shared.ids import Actor

blp = blueprint("templates", __name__, description="What the house's letters say")


@blp.route("/templates")
@needs(access.CHANGES_TEMPLATES)
@blp.response(200, schemas.TemplateNames)
def templates() -> Response:
    """The kinds of letter whose words may be changed."""

    def noun(reader: Any, actor: Actor) -> dict[str, Any]:
        return {"items": queries.templates(reader, actor, voice_for(actor), _voice), "next_cursor": None}

    return query(noun, schemas.TemplateNames)


@blp.route("/templates/<string:kind>")
@needs(access.CHANGES_TEMPLATES)
@blp.response(200, schemas.Template)
def template(kind: str) -> Response:
    """The words of one kind of letter, and every version that there was."""
    return query(
        lambda reader, actor: queries.template(reader, actor, kind, voice_for(actor), _voice), schemas.Template
    )


@blp.route("/templates/<string:kind>", methods=["PUT"])
@needs(access.CHANGES_TEMPLATES)
@blp.arguments(schemas.TemplateChange)
@blp.response(200, schemas.TemplateVersion)
def change_template(body: dict[str, Any], kind: str) -> Response:
    """Have the letters say this from now on; checked in every language, also where places are empty."""
    texts = {_tag(name): dict(words) for name, words in body["texts"].items()}
    return command(lambda tx: _stored(tx, kind, texts), schemas.TemplateVersion)


@blp.route("/templates/<string:kind>", methods=["DELETE"])
@needs(access.CHANGES_TEMPLATES)
@blp.response(200, schemas.TemplateVersion)
def restore_template(kind: str) -> Response:
    """Back to the built-in words; the versions before stay readable."""
    return command(lambda tx: _stored(tx, kind, None), schemas.TemplateVersion)


@blp.route("/templates/<string:kind>/preview", methods=["POST"])
@needs(access.CHANGES_TEMPLATES)
@blp.arguments(schemas.PreviewAsked)
@blp.response(200, schemas.Preview)
def preview(body: dict[str, Any], kind: str) -> Response:
    """The letter as it was told of a real ticket, in these words. Nothing is stored and nothing is sent."""
    language, voice = body["language"], _voice(body["language"])

    def noun(reader: Any, actor: Actor) -> Any:
        stored = queries.template(reader, actor, kind, voice, _voice)
        return actor, stored, queries.told_story(reader, actor, kind, body["ticket"])

    actor, stored, (ticket_id, story, (name, logo)) = read(noun)
    if not visible(services(), [(actor.id, ticket_id)]):
        raise NotFound("Nothing of this kind was told of that request: take the number of another one")
    texts = words_of(stored.texts if stored.is_changed else None)
    if body["words"] is not None:
        texts = {language: _judged(Words(**body["words"]), language)}
    options = cast(Options, current_edge().options)
    where = House(name, options.public_url.rstrip("/"), logo)
    letter = write(story, voice, where, name=actor.name, now=clock.now(), texts=texts)
    composer = _composer(options)
    answer = {"title": letter.title, "text": composer.plain(letter), "html": composer.preview(letter)}
    return respond(answer, schemas.Preview)


def _stored(tx: Any, kind: str, texts: dict[str, dict[str, str]] | None) -> dict[str, Any]:
    changed = commands.change_template(tx, tx.actor, kind, texts)
    return {**changed, "changed_by": {"id": tx.actor.id, "name": tx.actor.name}}


def _judged(words: Words, language: str) -> Words:
    fields = {f"{language}.{field}": [wrong] for field, wrong in wrong_with(words).items()}
    if fields:
        raise Invalid("Correct the fields named and send it again", fields=fields)
    return words


def _voice(language: str) -> Voice:
    return voice_in(language, current_edge().options.time_zone)


def _tag(name: str) -> str:
    return "pt-BR" if name == "pt_br" else name


@lru_cache(maxsize=2)
def _composer(options: Options) -> Composer:
    return Composer(options)
