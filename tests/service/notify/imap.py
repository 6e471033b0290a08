"""A mailbox that speaks as much IMAP as fetching from it takes, over a real socket."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

LITERAL = re.compile(rb'"([^"]*)"|(\S+)')


@dataclass
class ImapServer:
    """Keeps messages with their flags; `cut_after` cuts the line at the n-th command from now, once."""

    messages: list[bytes] = field(default_factory=list)
    flags: dict[int, set[str]] = field(default_factory=dict)
    cut_at: str = ""
    port: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"imap://ana:secret@127.0.0.1:{self.port}/INBOX"

    @contextmanager
    def running(self) -> Iterator[ImapServer]:
        """It answers for the length of a block."""
        house = self

        class Handler(socketserver.StreamRequestHandler):
            """One conversation."""

            def handle(self) -> None:
                self.wfile.write(b"* OK IMAP4rev1 ready\r\n")
                while line := self.rfile.readline():
                    tag, _, command = line.strip().partition(b" ")
                    if house.cut_at and house.cut_at.encode() in command:
                        house.cut_at = ""
                        return
                    self.wfile.write(house.answer(command))
                    self.wfile.write(tag + b" OK done\r\n")
                    if command.upper() == b"LOGOUT":
                        return

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def answer(self, command: bytes) -> bytes:
        """The untagged lines that answer a command."""
        words = [a or b for a, b in LITERAL.findall(command)]
        name = words[0].upper()
        if name == b"CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if name == b"SELECT":
            return b"* %d EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n" % len(self.messages)
        if name == b"UID" and words[1].upper() == b"SEARCH":
            return b"* SEARCH " + b" ".join(b"%d" % uid for uid in self._unseen(command)) + b"\r\n"
        if name == b"UID" and words[1].upper() == b"FETCH":
            return self._fetched(int(words[2]), headers_only=b"HEADER" in command.upper())
        if name == b"UID" and words[1].upper() == b"STORE":
            self.flags.setdefault(int(words[2]), set()).update(re.findall(r"\\(\w+)", command.decode()))
        if name == b"LOGOUT":
            return b"* BYE\r\n"
        return b""

    def _unseen(self, command: bytes) -> list[int]:
        if found := re.search(rb"UID (\d+)\b(?!.*SEARCH)", command):
            return [int(found[1])]
        return [uid for uid in range(1, len(self.messages) + 1) if not self.flags.get(uid, set()) & {"Seen", "Flagged"}]

    def _fetched(self, uid: int, *, headers_only: bool) -> bytes:
        content = self.messages[uid - 1]
        sent = content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if headers_only else content
        flags = " ".join(f"\\{flag}" for flag in sorted(self.flags.get(uid, set())))
        head = f"* {uid} FETCH (UID {uid} FLAGS ({flags}) RFC822.SIZE {len(content)} BODY[] {{{len(sent)}}}\r\n"
        return head.encode() + sent + b")\r\n"
