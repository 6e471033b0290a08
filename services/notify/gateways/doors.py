"""The doors that the options open."""

from __future__ import annotations

from email.utils import parseaddr

from services.notify.options import Options, intakes
from services.notify.rules.doors import Doors, Intake


def doors(options: Options) -> Doors:
    """The addresses at which mail may come in."""
    found = {address: Intake(*opens) for address, opens in intakes(options.intake).items()}
    return Doors(options.reply_address, parseaddr(options.mail_from)[1], found, options.signing_key)
