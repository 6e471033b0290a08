"""The unit of work."""

from shared.transaction.unit import (
    Committed,
    Expected,
    Repeated,
    Store,
    Transaction,
    Units,
    flush,
)
from shared.transaction.writes import Writes

__all__ = ["Committed", "Expected", "Repeated", "Store", "Transaction", "Units", "Writes", "flush"]
