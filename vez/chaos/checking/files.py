"""Files: what was completed is stored, once, with the content that was sent; its ticket shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from vez.chaos.world import World


def completed_files_are_stored(world: World) -> Iterator[str]:
    """No accepted file is lost, and no check goes on for ever."""
    states = {file.id: file.state for file in world.files}
    for call in world.calls or ():
        file_id = call.path.split("/")[-2]
        if call.kind == "complete" and call.outcome == "ok" and states.get(file_id) != "stored":
            yield f"file {file_id} was accepted and is {states.get(file_id, 'not there')}"
    for file in world.files:
        if file.state == "checking":
            yield f"file {file.id} is still being checked"


def stored_files_have_their_content(world: World) -> Iterator[str]:
    """Every stored row has an object with the hash that the row names."""
    for file in world.files:
        if file.state == "stored" and not file.is_removed and not file.is_whole:
            yield f"file {file.id} is stored and its content is {'missing' if file.is_whole is None else 'another'}"


def tickets_show_their_files_once(world: World) -> Iterator[str]:
    """The ticket service shows each stored file once, and no other."""
    stored = {file.id for file in world.files if file.state == "stored" and not file.is_removed}
    shown = Counter(world.shown_files)
    for file_id in stored | shown.keys():
        if shown[file_id] != (file_id in stored):
            yield f"file {file_id} is {'' if file_id in stored else 'not '}stored and shown {shown[file_id]} times"


RULES: Final = (completed_files_are_stored, stored_files_have_their_content, tickets_show_their_files_once)
