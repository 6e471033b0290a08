"""The built assets by their plain names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "assets" / "build"


class NotBuilt(RuntimeError):
    """The assets were not built yet."""


class Stock:
    """The manifest of the built assets."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        manifest = folder / "manifest.json"
        if not manifest.exists():
            raise NotBuilt("The portal's assets are not built: run `make setup` (services/portal/assets/build.py)")
        self._names: dict[str, str] = json.loads(manifest.read_text())

    def address(self, name: str) -> str:
        """Where the asset called `name` is to be had. Raises KeyError for one that is not there."""
        return f"/assets/{self._names[name]}"
