"""Working off erasures that were asked."""

from __future__ import annotations

from services.attachments import commands
from shared.inbox import Runtime


def erase(runtime: Runtime) -> int:
    """Erase what waits to be erased; 0 when nothing does."""
    return runtime.run(lambda tx: commands.erase(tx, tx.actor))
