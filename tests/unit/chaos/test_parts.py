"""The drill's own parts: a link that can be broken, a mail server that can lie, a history that says what is unknown."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.support.origin import Reply, Request, origin
from vez.chaos import history
from vez.chaos.client import Caller, Command, Doubtful
from vez.chaos.history import Call, History
from vez.chaos.hook import HookServer
from vez.chaos.mail import MailServer
from vez.chaos.proxy import Proxy
from vez.chaos.world import Called
from vez.replay.api import Session, Tokens


@pytest.fixture
def echo() -> Iterator[Proxy]:
    """A proxy before a server that sends back what it gets."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    taken, _ = listening.accept()
                    threading.Thread(target=answer, args=(taken,), daemon=True).start()

        def answer(taken: socket.socket) -> None:
            with taken, suppress(OSError):
                while chunk := taken.recv(1024):
                    taken.sendall(chunk)

        threading.Thread(target=serve, daemon=True).start()
        proxy = Proxy(lambda: ("127.0.0.1", listening.getsockname()[1]))
        proxy.start()
        yield proxy
        proxy.close()


def said(proxy: Proxy, seconds: float = 5.0) -> bytes:
    """What comes back of a word."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=seconds) as link:
        link.sendall(b"word")
        return link.recv(4)


def test_a_proxy_passes_on_what_it_gets(echo: Proxy) -> None:
    assert said(echo) == b"word"


def test_a_proxy_refuses_and_takes_again_on_the_same_port(echo: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), timeout=5) as link:
        link.sendall(b"word")
        assert link.recv(4) == b"word"
        echo.refuse()
        with suppress(ConnectionResetError):
            assert link.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        said(echo)
    echo.restore()
    assert said(echo) == b"word"


def test_a_silent_proxy_keeps_the_link_and_what_was_sent(echo: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), timeout=0.3) as link:
        link.sendall(b"one")
        assert link.recv(3) == b"one"
        echo.silence()
        link.sendall(b"two")
        with pytest.raises(TimeoutError):
            link.recv(3)
        echo.restore()
        link.settimeout(5)
        assert link.recv(3) == b"two"


def test_a_slow_proxy_holds_answers_back(echo: Proxy) -> None:
    echo.slow(0.5)
    with pytest.raises(TimeoutError):
        said(echo, seconds=0.2)


def test_a_lying_proxy_takes_what_is_put_to_a_place_and_passes_nothing_on(echo: Proxy) -> None:
    echo.swallow(b"/files/")
    request = b"PUT /vez/files/ab/abc?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
    with socket.create_connection(("127.0.0.1", echo.port), timeout=5) as link:
        link.sendall(request + b"01234")
        link.sendall(b"56789")
        assert b'ETag: "781e5e245d69b566979b86e28d23f2c7"' in link.recv(1024)
        link.sendall(b"PUT /vez/quarantine/1 HTTP/1.1")
        assert link.recv(1024) == b"PUT /vez/quarantine/1 HTTP/1.1"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


def sent(mail: MailServer) -> None:
    """Hand in a mail."""
    with smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as link:
        link.sendmail("a@vez.test", ["b@vez.test"], "Message-ID: <d1@vez.test>\r\n\r\nText\r\n")


def test_a_mail_server_keeps_the_ids_of_what_it_took(mail: MailServer) -> None:
    sent(mail)
    assert (mail.taken, mail.lies) == (["d1"], 0)


@pytest.mark.parametrize(
    ("mood", "raised"), [("hangs_up", smtplib.SMTPServerDisconnected), ("denies", smtplib.SMTPDataError)]
)
def test_a_lying_mail_server_takes_it_and_does_not_say_so(mail: MailServer, mood: str, raised: type[Exception]) -> None:
    mail.mood = mood  # type: ignore[assignment]
    with pytest.raises(raised):
        sent(mail)
    assert (mail.taken, mail.lies) == (["d1"], 1)


@pytest.fixture
def hook() -> Iterator[HookServer]:
    server = HookServer()
    server.start()
    yield server
    server.stop()


def brought(hook: HookServer) -> int:
    """Bring a message; the status of the answer."""
    content = {"type": "flow.finished", "data": {"id": "e1", "name": "flow.finished"}}
    return httpx.post(hook.url, json=content, headers={"webhook-id": "w1"}, timeout=5, trust_env=False).status_code


def test_a_hooks_receiver_keeps_what_a_message_says_that_it_is(hook: HookServer) -> None:
    assert brought(hook) == 204
    assert (hook.taken, hook.lies) == ([Called("w1", "e1")], 0)


def test_a_hooks_receiver_loses_as_many_answers_as_it_is_told_to(hook: HookServer) -> None:
    hook.lose(1)
    with pytest.raises(httpx.RemoteProtocolError):
        brought(hook)
    assert (brought(hook), hook.to_lose) == (204, 0)
    assert (hook.taken, hook.lies) == ([Called("w1", "e1")] * 2, 1)


def called(*replies: Reply) -> Call:
    """What is written down of a command that is answered so, try by try."""
    left = list(replies)

    def answer(_: Request) -> Reply:
        return left.pop(0)

    session = Session("ana@vez.test", "x", id="ana", tokens=Tokens("t", 600), good_until=float("inf"))
    with origin(answer) as url, Doubtful(url) as doubtful, History() as kept:
        Caller(doubtful, kept).send(session, Command("k1", "take", "/v1/tickets/t1/take", {}, "t1", version=1))
    [call] = kept.calls
    return call


def test_an_accepted_command_is_ok() -> None:
    assert called(Reply(202, {"id": "t1"})).outcome == "ok"


def test_a_command_that_broke_off_and_was_accepted_again_is_ok() -> None:
    assert called(Reply(hang_up=True), Reply(hang_up=True), Reply(202, {"id": "t1"})).outcome == "ok"


def test_a_refused_command_is_failed() -> None:
    call = called(Reply(409, {"type": "urn:vez:problem:not-your-turn"}))
    assert (call.outcome, call.status, call.detail) == ("failed", 409, "not-your-turn")


@pytest.mark.parametrize("first", [Reply(hang_up=True), Reply(503, {})])
def test_a_command_that_was_refused_after_a_try_without_an_answer_is_unknown(first: Reply) -> None:
    assert called(first, Reply(409, {})).outcome == "unknown"


def test_a_history_is_kept_line_by_line(tmp_path: Path) -> None:
    call = Call("k1", "take", "ana", "/v1", "unknown", began=1.0, seconds=2.0)
    with History(tmp_path / "calls.jsonl") as kept:
        kept.add(call)
        assert history.read(tmp_path / "calls.jsonl") == [call]
        assert kept.since(2.0) == []
