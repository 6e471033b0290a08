"""How old a virus scanner's signatures are, from what clamd says of itself.

It answers VERSION with `ClamAV 1.4.3/27500/Tue Nov 25 08:41:11 2025`: engine, number and day of its signatures. The day
is of no zone, so an age is right to within half a day. Source of the bound: reliability page, S10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

OLDEST: Final = timedelta(hours=48)
_VERSION: Final = re.compile(r"(?P<engine>ClamAV [^/]+)/(?P<number>\d+)/(?P<made>.+)")


@dataclass(frozen=True, slots=True)
class Signatures:
    """What a scanner knows viruses by."""

    engine: str
    number: int
    made_at: datetime

    def is_old(self, now: datetime) -> bool:
        """Whether newer ones should have come."""
        return now - self.made_at > OLDEST


def signatures_of(version: str) -> Signatures | None:
    """From clamd's answer to VERSION; None where it says none: then it has no daily signatures."""
    found = _VERSION.fullmatch(version.strip())
    if found is None:
        return None
    try:
        made = datetime.strptime(found["made"].strip(), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Signatures(found["engine"], int(found["number"]), made)
