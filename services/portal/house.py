"""The house's name and logo: settings of the workflow service, asked as the portal itself and kept for a while."""

from __future__ import annotations

import base64
import hashlib
import threading
from dataclasses import dataclass
from typing import Any, Final

from services.portal.ask import Refused
from shared import clock
from shared.client import Services
from shared.errors import VezError

GOOD_SECONDS: Final = 30.0
PICTURE: Final = "/house/logo"
"""Where the portal shows the picture that the house has given it as its logo."""
PRODUCT: Final = "Vez"


@dataclass(frozen=True, slots=True)
class House:
    """Who runs this installation."""

    name: str = PRODUCT
    logo: str | None = None
    picture: bytes = b""

    @property
    def is_named(self) -> bool:
        """Whether the house has given itself a name."""
        return self.name != PRODUCT


class Front:
    """The house as its pages show it. Where workflow cannot be asked, what was last known stays."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._house = House()
        self._good_until = float("-inf")
        self._lock = threading.Lock()

    def house(self) -> House:
        """The house's name and logo."""
        if self._good_until <= clock.monotonic() and self._lock.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self._lock.release()
        return self._house

    def forget(self) -> None:
        """Ask anew at the next page: a setting was changed here."""
        self._good_until = float("-inf")

    def _ask(self) -> None:
        self._good_until = clock.monotonic() + GOOD_SECONDS
        try:
            name, logo = self._setting("house.name"), _picture(self._setting("house.logo"))
            picture = self._picture_at(logo)
        except (VezError, Refused):
            return
        self._house = House(str(name) if name else PRODUCT, logo, picture)

    def _picture_at(self, logo: str | None) -> bytes:
        """The picture that the logo names, where it is ours; the same address is the same picture."""
        if logo is None or not logo.startswith(PICTURE):
            return b""
        if logo == self._house.logo:
            return self._house.picture
        return base64.b64decode(self._setting("house.logo_picture") or "")

    def _setting(self, key: str) -> Any:
        return self._services.get("workflow", f"/v1/settings/{key}")["value"]


def address_of(picture: bytes) -> str:
    """The address of a picture: another one for another picture, since browsers and mail programs keep it."""
    return f"{PICTURE}?v={hashlib.sha256(picture).hexdigest()[:12]}"


def _picture(logo: Any) -> str | None:
    """The logo's address where it is one of this origin: the pages load nothing from elsewhere."""
    text = str(logo or "")
    return text if text.startswith("/") and not text.startswith("//") else None
