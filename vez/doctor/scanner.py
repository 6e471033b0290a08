"""The virus scanner: whether it answers, and how old its signatures are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from shared import clock
from shared.errors import Retryable
from vez import estate, lazy
from vez.doctor.findings import Finding, Patient

ABOUT: Final = "virus scanner"
SCANNER: Final = "services.attachments.gateways.scanner"
SIGNATURES: Final = "services.attachments.rules.signatures"
FRESHEN: Final = "See whether freshclam runs beside clamd and reaches its mirror"


def look(patient: Patient) -> Iterator[Finding]:
    """What there is to say of the scanner that attachments uses."""
    if "attachments" not in patient.services:
        return
    options: Any = estate.load_options("attachments", patient.environ)
    if not options.clamd_url:
        yield Finding(ABOUT, "none is set (VEZ_ATTACHMENTS_CLAMD_URL): files are checked, but not for viruses")
        return
    yield of_clamd(lazy.load(SCANNER).Clamd(options.clamd_url, options.clamd_timeout_seconds), options.clamd_url)


def of_clamd(clamd: Any, url: str) -> Finding:
    """Whether a clamd answers, and with what it looks for viruses."""
    try:
        version = clamd.version()
    except Retryable:
        remedy = "Start clamd, or set VEZ_ATTACHMENTS_CLAMD_URL; files that arrive wait for it"
        return Finding(ABOUT, f"does not answer at {url}", remedy)
    known = lazy.load(SIGNATURES).signatures_of(version)
    if known is None:
        return Finding(ABOUT, f"{version or 'says nothing'}: it does not say how old its signatures are", FRESHEN)
    now = clock.now()
    hours = max(0, round((now - known.made_at).total_seconds() / 3600))
    said = f"{known.engine}, signatures {known.number} are {hours} h old"
    return Finding(ABOUT, said, FRESHEN if known.is_old(now) else "")
