"""Changing what the house has each role told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.notify.access import HOUSE, RULES
from services.notify.models import house_rules
from services.notify.rules import withholding
from services.notify.rules.shown import HouseRules, Named, house_rules_as
from services.notify.rules.voice import Voice
from services.notify.rules.withholding import Rule
from shared.database import compiled
from shared.errors import Invalid
from shared.ids import Actor
from shared.transaction import Transaction

_HOUSE: Final = compiled(RULES)


def change_rules(tx: Transaction, actor: Actor, rules: Sequence[Rule], voice: Voice) -> HouseRules:
    """Have these rules say who is told what from now on; what they do not name is told as it comes with Vez.

    Raises PreconditionRequired, Stale, and Invalid where a rule withholds what must arrive or is of no such role.
    """
    row = tx.one(_HOUSE)
    version = row.version if row is not None else 0
    tx.in_order(version=version)
    if wrong := withholding.wrong_with(rules):
        raise Invalid("Correct the fields named and send it again", fields=wrong)
    withheld = withholding.withheld_by(rules)
    values = {"withheld": list(withheld), "changed_by": actor.id, "changed_at": tx.now}
    if row is None:
        tx.create(house_rules, {"code": HOUSE, **values})
    else:
        tx.change(house_rules, HOUSE, values, version=version)
    tx.audit("house_rules", HOUSE, "change_rules", {"withheld": list(withheld)})
    by = Named(actor.id, actor.name)
    return house_rules_as(withheld, voice, changed_by=by, changed_at=tx.now, version=version + 1)
