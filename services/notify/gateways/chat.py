"""Chat rooms: where an address leads, and telling a room something. Apprise itself is loaded when first needed."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import Final, Protocol, cast

from services.notify.gateways.receivers import HttpReceivers, http_receivers
from services.notify.options import Options
from services.notify.rules.chat import Post
from services.notify.rules.chat_addresses import scheme_of, wrong_with_scheme
from services.notify.rules.retries import Outcome
from shared.errors import Message

ENGINE: Final = "services.notify.gateways.apprising"
"""Loaded by name: with all that it needs it takes 25 MB, and most processes never tell a room anything."""


class Room(Protocol):
    """A room that can be told something."""

    def say(self, post: Post) -> Outcome:
        """Tell the room. Never raises for what its service does."""


class Chat(Protocol):
    """Where chat rooms are told."""

    def judged(self, url: str) -> str | Message:
        """An address without what is secret in it, or what is wrong with it."""

    def room(self, url: str, *, seconds: float | None = None) -> Room | Message:
        """The room at an address, each message to which may take `seconds` in all; or what is wrong with it."""


class Chats:
    """Chat rooms by Apprise, in the services of the allow-list."""

    def __init__(self, receivers: HttpReceivers) -> None:
        self.receivers = receivers

    @cached_property
    def _engine(self) -> Chat:
        return cast(Chat, import_module(ENGINE).Engine(self.receivers))

    def judged(self, url: str) -> str | Message:
        """An address without what is secret in it, or what is wrong with it."""
        return wrong_with_scheme(scheme_of(url)) or self._engine.judged(url)

    def room(self, url: str, *, seconds: float | None = None) -> Room | Message:
        """The room at an address, or what is wrong with it."""
        return wrong_with_scheme(scheme_of(url)) or self._engine.room(url, seconds=seconds)


def chat(options: Options) -> Chats:
    """Chat rooms as `options` allow them."""
    return Chats(http_receivers(options))
