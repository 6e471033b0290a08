"""How a person can be reached by e-mail, and giving an address that refused mail another chance."""

from __future__ import annotations

from flask import Response

from services.notify import commands, queries, schemas
from shared.http import blueprint, command, query, signed_in

blp = blueprint("recipients", __name__, description="Whether people can be reached by e-mail")


@blp.route("/recipients/<uuid:person_id>")
@signed_in
@blp.response(200, schemas.Recipient)
def recipient(person_id: str) -> Response:
    """Whether mail reaches a person: oneself, or anybody with `people.manage` (else 404)."""
    return query(lambda reader, actor: queries.recipient(reader, actor, str(person_id)), schemas.Recipient)


@blp.route("/recipients/<uuid:person_id>/revive", methods=["POST"])
@signed_in
@blp.response(200, schemas.Recipient)
def revive(person_id: str) -> Response:
    """Send mail to their address again, which refused it for good before."""
    return command(lambda tx: commands.revive_address(tx, tx.actor, str(person_id)), schemas.Recipient)
