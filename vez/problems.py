"""Errors as one line for the person at the terminal."""

from __future__ import annotations


def first_line(error: BaseException) -> str:
    """The first line of what an error says, or its kind."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
