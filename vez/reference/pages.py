"""The pages by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vez.reference import commands, endpoints, events, options

PAGES: Mapping[str, Callable[[], str]] = {
    "options": options.make,
    "events": events.make,
    "commands": commands.make,
    "endpoints": endpoints.make,
}
