"""Which rows are read, as verbs and nouns alike read them."""

from services.attachments.access.due import (
    ABANDONED,
    ACTIVITY,
    CLAIM,
    CLAIM_DUE,
    CLAIM_ROUND,
    CLAIM_UNTIDY,
    CLAIM_UNUSED,
    RENEW,
)
from services.attachments.access.loading import (
    COUNTED,
    FILES,
    PARAMETERS,
    find_file,
    find_limits,
    load_file,
    load_for_change,
)

__all__ = [
    "ABANDONED",
    "ACTIVITY",
    "CLAIM",
    "CLAIM_DUE",
    "CLAIM_ROUND",
    "CLAIM_UNTIDY",
    "CLAIM_UNUSED",
    "COUNTED",
    "FILES",
    "PARAMETERS",
    "RENEW",
    "find_file",
    "find_limits",
    "load_file",
    "load_for_change",
]
