"""Which chat services a room may be in: an allow-list, for Apprise knows many things that are no room of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.errors import Message


@dataclass(frozen=True, slots=True)
class Service:
    """A chat service: the name of Apprise's module for it, and its own. `is_open`: it says nothing of itself."""

    module: str
    name: str
    is_open: bool = False


_SLACK: Final = Service("slack", "Slack")
_MATTERMOST: Final = Service("mattermost", "Mattermost")
_TEAMS: Final = Service("workflows", "Microsoft Teams")
_ROCKET: Final = Service("rocketchat", "Rocket.Chat")
_NEXTCLOUD: Final = Service("nextcloudtalk", "Nextcloud Talk")
_WEBEX: Final = Service("webexteams", "Webex")
_JSON: Final = Service("custom_json", "JSON", is_open=True)
SERVICES: Final[dict[str, Service]] = {
    "slack": _SLACK,
    "mmost": _MATTERMOST,
    "mmosts": _MATTERMOST,
    "workflows": _TEAMS,
    "workflow": _TEAMS,
    "discord": Service("discord", "Discord"),
    "tgram": Service("telegram", "Telegram"),
    "gchat": Service("google_chat", "Google Chat"),
    "rocket": _ROCKET,
    "rockets": _ROCKET,
    "nctalk": _NEXTCLOUD,
    "nctalks": _NEXTCLOUD,
    "zulip": Service("zulip", "Zulip"),
    "wxteams": _WEBEX,
    "webex": _WEBEX,
    "json": _JSON,
    "jsons": _JSON,
}
"""By the scheme of an address. Each reaches out over HTTP alone, and tells one room."""
WEB: Final = ("http", "https")
"""The schemes of the addresses that the services themselves show: some of them are known as they are."""
_OPTIONS: Final = frozenset({"to", "channel", "channels", "thread", "topic", "mode", "team", "botname", "method"})
_SHOWN: Final = frozenset({"key", "token", "api-version", "ver", "sp", "sv", "sig"})
"""What stands in the addresses that services themselves show."""
_OWN: Final = ("+", "-", ":")


def scheme_of(url: str) -> str:
    """The scheme of an address, in small letters; empty where it has none."""
    scheme, colon, _ = url.strip().partition("://")
    return scheme.lower() if colon else ""


def wrong_with_scheme(scheme: str) -> Message | None:
    """Why no room can be at an address with this scheme, or None."""
    if scheme in SERVICES or scheme in WEB:
        return None
    if not scheme:
        return Message("This is not the address of a chat room: it begins like slack:// or mmosts://")
    return Message(
        "%(scheme)s:// leads to no chat service that is known here: it is one of %(schemes)s",
        {"scheme": scheme, "schemes": ", ".join(SERVICES)},
    )


def wrong_with_options(names: Iterable[str], service: Service) -> Message | None:
    """Why an address may not have these options (what stands behind its `?`), or None.

    What they would change is the house's to say: retries, time limits, certificates, redirects, files to read.
    """
    own = _OWN if service.is_open else ()
    for name in names:
        if name not in _OPTIONS | _SHOWN and not name.startswith(own or ("\0",)):
            return Message(
                "The option %(option)s is not taken in the address of a chat room: leave it out", {"option": name}
            )
    return None
