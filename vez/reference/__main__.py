"""`python -m vez.reference FOLDER`: writes every page."""

from __future__ import annotations

import sys
from pathlib import Path

from vez.reference.pages import PAGES


def main(folder: Path) -> None:
    """Write every page into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (folder / f"{name}.md").write_text(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
