"""Who is told what, as the house has it, for administrators: GET|PUT /v1/rules, the whole matrix at once."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.notify import access, commands, queries, schemas
from services.notify.gateways.speech import voice_for
from services.notify.rules.withholding import Rule
from shared.http import blueprint, command, needs, query

blp = blueprint("rules", __name__, description="Who is told what, as the house has it")


@blp.route("/rules")
@needs(access.CHANGES_RULES)
@blp.response(200, schemas.Rules)
def rules() -> Response:
    """Every kind in every role that may be told of it; everything is told until the house withholds it."""
    return query(lambda reader, actor: queries.rules(reader, actor, voice_for(actor)), schemas.Rules)


@blp.route("/rules", methods=["PUT"])
@needs(access.CHANGES_RULES)
@blp.arguments(schemas.RulesChange)
@blp.response(200, schemas.Rules)
def change_rules(body: dict[str, Any]) -> Response:
    """Have these rules count from now on; what is left out is told, and what a person chose goes over them."""
    wanted = [Rule(**rule) for rule in body["rules"]]
    return command(lambda tx: commands.change_rules(tx, tx.actor, wanted, voice_for(tx.actor)), schemas.Rules)
