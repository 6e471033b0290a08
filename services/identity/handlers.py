"""Events that identity hears: none. It says who people are; what happens to requests is not its business."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared.contracts import Event
from shared.transaction import Transaction

HANDLERS: Final[dict[str, Callable[[Transaction, Event], None]]] = {}
DISCARDED: Final[dict[str, Callable[[Transaction, Event], None]]] = {}
RETRY_ONLY: Final[frozenset[str]] = frozenset()
