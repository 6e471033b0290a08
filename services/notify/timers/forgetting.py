"""What is set right by and by: what is old is forgotten, and what a clock that went back left ahead becomes due."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from services.notify import commands
from services.notify.options import Options
from services.notify.rules.retention import first_id_at
from services.notify.rules.streaming import KEPT_FOR
from shared import clock
from shared.ids import SYSTEM
from shared.inbox import Runtime


def catch_up(runtime: Runtime) -> int:
    """Have what was made in what is now the future leave at once; how much."""
    waiting = runtime.run(lambda tx: commands.catch_up_incoming(tx, SYSTEM))
    return waiting + runtime.run(lambda tx: commands.catch_up(tx, SYSTEM))


def forget_old(runtime: Runtime) -> int:
    """Forget deliveries, and mail that came in, older than the house keeps them."""
    options = cast(Options, runtime.options)
    before = first_id_at(clock.now() - timedelta(days=options.keep_days))
    letters = runtime.run(lambda tx: commands.forget_incoming(tx, SYSTEM, before, 500))
    return letters + runtime.run(lambda tx: commands.forget_old(tx, SYSTEM, before, 500))


def forget_stream(runtime: Runtime) -> int:
    """Forget what the screens no longer ask for; how many happenings."""
    before = first_id_at(clock.now() - KEPT_FOR)
    return runtime.run(lambda tx: commands.forget_stream(tx, SYSTEM, before, 2000))
