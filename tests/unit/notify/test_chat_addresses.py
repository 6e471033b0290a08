"""Which addresses of chat rooms are taken, what of them is shown, and that none leads where none may."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import apprise
import pytest

from services.notify.gateways.apprising import kind_of
from services.notify.gateways.chat import Chats
from services.notify.gateways.receivers import HttpReceivers
from services.notify.options import networks
from services.notify.rules.chat import Post
from services.notify.rules.chat_addresses import SERVICES, scheme_of
from shared.errors import Message

SECRET: Final = "hidden0secret1hidden2secret3"
GOOD: Final = {
    f"slack://T1JJ3T3L2/A1BRTD4JD/{SECRET}/#ops": ("hooks.slack.com", 443),
    f"mmosts://chat.test/{SECRET}?channel=ops": ("chat.test", 443),
    f"mmost://chat.test:8065/{SECRET}": ("chat.test", 8065),
    f"workflows://prod.logic.azure.com:443/643e69f83c8944438d68119179a10a64/{SECRET}/": ("prod.logic.azure.com", 443),
    f"discord://4174216298/{SECRET}": ("discord.com", 443),
    f"tgram://123456789:{SECRET}/-10012315544": ("api.telegram.org", 443),
    f"gchat://space/{SECRET}/{SECRET}": ("chat.googleapis.com", 443),
    f"rockets://{SECRET}/{SECRET}@chat.test/#ops": ("chat.test", 443),
    f"zulip://bot@house/{SECRET}{SECRET[:4]}/ops": ("house.zulipchat.com", 443),
    f"wxteams://{SECRET}{SECRET}{SECRET}": ("api.ciscospark.com", 443),
    f"nctalks://bot:{SECRET}@cloud.test/room": ("cloud.test", 443),
    f"jsons://bot:{SECRET}@hook.test/{SECRET}?+X-Key={SECRET}": ("hook.test", 443),
    f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{SECRET}": ("hooks.slack.com", 443),
    f"https://discord.com/api/webhooks/4174216298/{SECRET}": ("discord.com", 443),
    f"https://chat.googleapis.com/v1/spaces/space/messages?key={SECRET}&token={SECRET}": ("chat.googleapis.com", 443),
}


def chats(*addresses: str, allowed: str = "") -> tuple[Chats, list[tuple[str, int]]]:
    """Chat rooms whose names all lead to these addresses, and what was looked up."""
    asked: list[tuple[str, int]] = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return list(addresses)

    return Chats(HttpReceivers(networks(allowed), 1.0, look_up)), asked


def wrong(url: str, *addresses: str) -> str:
    """What is wrong with an address, as its key."""
    found = chats(*(addresses or ("93.184.216.34",)))[0].judged(url)
    assert isinstance(found, Message), found
    assert found.key % found.values
    return found.key


@pytest.mark.parametrize("url", GOOD)
def test_what_is_shown_of_an_address_holds_no_secret(url: str) -> None:
    found, asked = chats("10.0.0.1", allowed="10.0.0.0/8")
    shown = found.judged(url)
    assert isinstance(shown, str), shown
    assert SECRET not in shown
    assert SECRET[4:-4] not in shown
    assert asked == [GOOD[url]], "where it leads is what is judged"


@pytest.mark.parametrize("url", GOOD)
def test_every_service_reaches_out_by_our_line_alone(url: str) -> None:
    found, asked = chats("169.254.169.254")
    assert wrong(url, "169.254.169.254") == "This address leads into a private network"
    room = found.room(url)
    assert not isinstance(room, Message)
    outcome = room.say(Post("A title", "A body\nhttps://vez.test/"))
    assert (outcome.sent, outcome.reason) == (False, "This address leads into a private network")
    assert asked == [GOOD[url]]


def test_every_service_of_the_list_was_tried() -> None:
    tried = {SERVICES[scheme_of(url)].module for url in GOOD if scheme_of(url) in SERVICES}
    assert tried == {service.module for service in SERVICES.values()}


@pytest.mark.parametrize("module", sorted({service.module for service in SERVICES.values()}))
def test_no_module_of_a_service_knows_another_way_out(module: str) -> None:
    """Of what opens connections or starts programs they import `requests` alone, and use of it what ours replaces."""
    kind_of(module)
    tree = ast.parse((Path(apprise.__file__).parent / "plugins" / f"{module}.py").read_text())
    imported = {
        alias.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    } | {str(node.module).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ways = {
        "socket",
        "ssl",
        "http",
        "urllib",
        "urllib3",
        "httpx",
        "aiohttp",
        "asyncio",
        "subprocess",
        "smtplib",
        "ftplib",
    }
    assert not imported & ways
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "requests"
    }
    assert used <= {"get", "post", "put", "request", "codes", "RequestException"}


@pytest.mark.parametrize(
    "url",
    [
        "mailto://a:b@example.org", "sns://a/b/c/d", "twilio://a:b@1/2", "dbus://", "syslog://", "windows://",
        "gnome://", "macosx://", "glib://", "file:///etc/passwd", "exec://", "xml://example.org", "form://example.org",
        "ntfy://topic", "rsyslog://example.org", "mqtt://example.org/x", "ftp://example.org/",
    ],
)  # fmt: skip
def test_what_is_no_chat_is_not_taken(url: str) -> None:
    assert wrong(url) == "%(scheme)s:// leads to no chat service that is known here: it is one of %(schemes)s"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("nonsense", "This is not the address of a chat room: it begins like slack:// or mmosts://"),
        ("mmosts://", "This address of %(service)s is not complete: it looks like %(form)s"),
        ("slack://T1/", "This address of %(service)s is not complete: it looks like %(form)s"),
        ("tgram://x", "This address of %(service)s is not complete: it looks like %(form)s"),
        ("discord://", "This address of %(service)s is not complete: it looks like %(form)s"),
        (f"slack://T1JJ3T3L2/A1BRTD4JD/{SECRET}/#a/#b", "Name exactly one channel in the address: a room is one place"),
        (
            "https://example.org/hook",
            "No chat service shows addresses like this: write it as Apprise does, as slack:// or mmosts://",
        ),
        ("json://example.org/hook", "Only https is taken"),
        ("mmosts://chat.test:8065/abc", "Only the port 443 is taken"),
    ],
)
def test_a_wrong_address_gets_one_clear_message(url: str, key: str) -> None:
    assert wrong(url) == key


@pytest.mark.parametrize(
    "option",
    ["verify=no", "redirect=yes", "retry=5", "wait=60", "rto=900", "cto=900", "template=/etc/passwd", "image=yes",
     "format=html", "overflow=split", "store=yes", "tags=x", "+X-Key=1"],
)  # fmt: skip
def test_no_option_of_an_address_changes_what_is_the_houses_to_say(option: str) -> None:
    key = "The option %(option)s is not taken in the address of a chat room: leave it out"
    assert wrong(f"mmosts://chat.test/abc?{option}") == key
