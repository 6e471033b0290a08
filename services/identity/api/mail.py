"""Tokens for mail that came in: notify acts as the person who wrote, at the services where tickets and files are."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from services.identity import schemas
from services.identity.api.tools import tools
from services.identity.commands import sessions
from services.identity.rules.permissions import SPEAK_FOR
from shared.http import blueprint, current_edge, respond, services_only
from shared.ids import new_id

blp = blueprint("mail", __name__, description="Acting as who wrote a mail")
TAKEN_BY: Final = ("ticket", "attachments")
"""The only services that take such a token: it changes no account, no setting and no preference."""
LASTS_SECONDS: Final = 120


@blp.route("/mail-tokens", methods=["POST"])
@services_only(SPEAK_FOR)
@blp.arguments(schemas.MailTokenAsked)
@blp.response(200, schemas.PortalToken)
def lend(body: dict[str, Any]) -> Response:
    """A token of two minutes with which notify writes what a person wrote by mail; 404 for who may not act."""
    person_id, mail_id = str(body["person_id"]), str(body["mail_id"])
    at = current_edge().units.run(lambda tx: sessions.speak_for(tx, person_id, mail_id))
    access = tools().signer.access_token(person_id, new_id(), at, audience=TAKEN_BY, seconds=LASTS_SECONDS)
    answer = {"access_token": access, "token_type": "Bearer", "expires_in": LASTS_SECONDS}
    return respond(answer, schemas.PortalToken)
