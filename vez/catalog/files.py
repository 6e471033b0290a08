"""Catalogs as files."""

from __future__ import annotations

from pathlib import Path

import click


def read_text(file: Path) -> str:
    """The file's text, without a byte order mark. Raises ClickException where it is no UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8 text: {error.reason} at byte {error.start}") from error
