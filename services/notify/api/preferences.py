"""What I want to be told: GET|PUT /v1/preferences, and the one click of a mail (RFC 8058)."""

from __future__ import annotations

from typing import Any, cast

from flask import Response

from services.notify import commands, queries, schemas
from services.notify.gateways.composing import unsubscribed_person
from services.notify.gateways.speech import voice_for
from services.notify.options import Options
from services.notify.rules.shown import Preferred
from services.notify.rules.withholding import CHANNELS
from shared.errors import NotFound
from shared.http import blueprint, command, public, query, signed_in
from shared.http.running import current_edge
from shared.ids import Actor, PersonId

blp = blueprint("preferences", __name__, description="What I want to be told, how and when")


@blp.route("/preferences")
@signed_in
@blp.response(200, schemas.Preferences)
def preferences() -> Response:
    """What I chose, and what the house withholds from me; for who chose nothing all is on that it does not."""
    return query(lambda reader, actor: queries.preferences(reader, actor, voice_for(actor)), schemas.Preferences)


@blp.route("/preferences", methods=["PUT"])
@signed_in
@blp.arguments(schemas.Preferences)
@blp.response(200, schemas.Preferences)
def prefer(body: dict[str, Any]) -> Response:
    """Replace what I chose; what is left out is as if never chosen."""
    wanted = _wanted(body)
    return command(lambda tx: commands.prefer(tx, tx.actor, wanted, voice_for(tx.actor)), schemas.Preferences)


def _wanted(body: dict[str, Any]) -> Preferred:
    off, asked = set() if body["mail"] else {"*:mail"}, set()
    for choice in body["kinds"]:
        off |= {f"{choice['kind']}:{channel}" for channel in CHANNELS if choice[channel] is False}
        asked |= {f"{choice['kind']}:{channel}" for channel in choice["asked"]}
    quiet = body["quiet_hours"] or {}
    return Preferred(
        off=tuple(sorted(off)),
        asked=tuple(sorted(asked)),
        quiet_from=quiet.get("begin"),
        quiet_until=quiet.get("until"),
        digest_minutes=body["digest_minutes"],
    )


@blp.route("/unsubscribe/<token>", methods=["POST"])
@public
@blp.response(204)
def unsubscribe(token: str) -> Response:
    """Stop all mail to whom the link was sent: what mail programs call at one click."""
    options = cast(Options, current_edge().options)
    person_id = unsubscribed_person(options.signing_key, token)
    if person_id is None:
        raise NotFound("This link is not one of ours")
    whose = Actor(id=PersonId(person_id), name="")
    return command(lambda tx: commands.unsubscribe(tx, tx.actor, person_id), None, status=204, anonymous=whose)
