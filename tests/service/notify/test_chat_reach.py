"""Chat rooms: where they may not reach, whatever a name leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from services.notify.gateways.chat import Chats
from services.notify.gateways.receivers import HttpReceivers
from services.notify.options import networks
from services.notify.rules.chat import Post
from shared.errors import Message
from tests.service.notify.receiver import Receiver
from tests.service.notify.rooms import address


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(answer=lambda count: 200).running() as receiver:
        yield receiver


@pytest.fixture
def rooms(receiver: Receiver) -> Callable[..., Chats]:
    """Chat rooms on this machine, whose names lead to one answer after another."""

    def made(*answers: list[str]) -> Chats:
        left = list(answers)
        return Chats(HttpReceivers(networks("127.0.0.0/8"), 10.0, lambda host, port: left.pop(0)))

    return made


def test_what_was_judged_is_what_is_reached_however_a_name_changes(
    receiver: Receiver, rooms: Callable[..., Chats]
) -> None:
    chats = rooms(["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], [])
    url = address(receiver).replace("127.0.0.1", "room.test")
    assert not isinstance(chats.judged(url), Message)
    room = chats.room(url)
    assert not isinstance(room, Message)
    said = [room.say(Post("A title", "A body")) for _ in range(4)]
    assert [(one.sent, one.reason) for one in said] == [
        (True, None),
        (False, "This address leads into a private network"),
        (False, "This address leads into a private network"),
        (False, "There is no such host"),
    ]
    [(headers, _)] = receiver.got
    assert headers["Host"] == f"room.test:{receiver.port}"
