"""How fast files are checked and pass through the service, beside the MinIO SDK alone on the same store.

Each of ours has its twin: the check reads a file's parts, hashes and looks through them and writes the content; the SDK
gets one object of that size into a file and puts it again. Reading and sending through the service have the SDK's get
and put beside them. Pairs take turns, and the better of each side counts.
"""

from __future__ import annotations

import http.client
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import click
from minio import Minio

from shared import clock
from vez.bench.driver import Connection
from vez.embedded import folder as folders
from vez.embedded import store
from vez.embedded.folder import Folder

ROUNDS: Final = 4
BLOCK: Final = 1 << 20
STREAMED: Final = 16 * BLOCK
PAUSE_SECONDS: Final = 0.1
API: Final = "/api/attachments/v1"
TWIN: Final = "bench-twin"


class Caller(Protocol):
    """Who calls the service: the socket of its HTTP process, the headers of a person's calls."""

    http: Path

    def headers(self, who: str = ...) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Pair:
    """Megabytes in a second, ours and the SDK's."""

    megabytes_per_second: float
    sdk_megabytes_per_second: float
    ratio: float


class Files:
    """Files of one ticket under measurement, and the SDK beside them."""

    def __init__(self, caller: Caller, data: Path, ticket_id: str, megabytes: int) -> None:
        self.caller, self.ticket_id, self.size = caller, ticket_id, megabytes * BLOCK
        folder = Folder(data.resolve())
        told, secrets = folders.find_running(folder), folders.load_secrets(folder)
        assert told is not None
        self.port = told.store_port
        address = f"127.0.0.1:{self.port}"
        self.sdk = Minio(address, secrets.store_key, secrets.store_secret, secure=False, region=store.REGION)
        self.number = 0

    def measure(self) -> dict[str, Pair]:
        """Every pair."""
        id = self._checked()[0]
        found = {
            "check": self._pair(lambda: self._checked()[1], self._sdk_check, self.size),
            "read": self._pair(lambda: self._read(id), self._sdk_read, self.size),
            "send": self._pair(self._streamed, self._sdk_put, STREAMED),
        }
        self.sdk.remove_object(store.BUCKET, TWIN)
        return found

    @staticmethod
    def _pair(ours: Callable[[], float], theirs: Callable[[], float], size: int) -> Pair:
        rounds = [(ours(), theirs()) for _ in range(ROUNDS)]
        mine, sdk = (size / min(pair[side] for pair in rounds) / 1e6 for side in (0, 1))
        return Pair(round(mine, 1), round(sdk, 1), round(mine / sdk, 2))

    # -- ours -------------------------------------------------------------------------------------------------------

    def _checked(self) -> tuple[str, float]:
        """Send a file in parts straight to the store; its id, and how long it took from its completion to its end."""
        connection, content = Connection(self.caller.http), self._content(self.size)
        body = {"ticket_id": self.ticket_id, "name": f"{self.number}.txt", "size": self.size}
        upload = self._ask(connection, "POST", f"{API}/uploads", 201, body)
        parts = [{"number": each["number"], "etag": self._put(each, content)} for each in upload["parts"]]
        began = clock.monotonic()
        self._ask(connection, "POST", f"{API}/uploads/{upload['id']}/complete", 202, {"parts": parts})
        while (state := self._ask(connection, "GET", f"{API}/attachments/{upload['id']}", 200)["state"]) != "stored":
            if state == "rejected":
                raise click.ClickException("a file of the benchmark was refused")
            clock.sleep(PAUSE_SECONDS)
        return str(upload["id"]), clock.monotonic() - began

    def _read(self, id: str) -> float:
        connection, began = Connection(self.caller.http), clock.monotonic()
        connection.request("GET", f"{API}/attachments/{id}/content", headers=self.caller.headers())
        _swallow(connection.getresponse(), self.size)
        return clock.monotonic() - began

    def _streamed(self) -> float:
        connection, content = Connection(self.caller.http), self._content(STREAMED)
        headers = self.caller.headers() | {"Content-Length": str(STREAMED), "Content-Type": "text/plain"}
        path = f"{API}/tickets/{self.ticket_id}/attachments?name={self.number}.txt"
        began = clock.monotonic()
        connection.request("POST", path, content.getvalue(), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 202:
            raise click.ClickException(f"an answer was {answer.status} instead of 202")
        return clock.monotonic() - began

    def _ask(self, connection: Connection, method: str, path: str, wanted: int, body: Any = None) -> Any:
        status, answer = connection.call(method, path, body, self.caller.headers())
        if status != wanted:
            raise click.ClickException(f"an answer was {status} instead of {wanted}: {answer}")
        return answer

    def _put(self, part: Any, content: io.BufferedIOBase) -> str:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        place = "/" + part["url"].split("/", 3)[3]
        host = part["url"].split("/", 3)[2]
        line.request("PUT", place, content.read(part["size"]), {"Host": host})
        answer = line.getresponse()
        answer.read()
        line.close()
        return str(answer.headers["ETag"])

    # -- the SDK's --------------------------------------------------------------------------------------------------

    def _sdk_check(self) -> float:
        self.sdk.put_object(store.BUCKET, TWIN, self._content(self.size), self.size)
        with tempfile.NamedTemporaryFile(prefix="vez-bench-") as file:
            began = clock.monotonic()
            self.sdk.fget_object(store.BUCKET, TWIN, file.name)
            self.sdk.fput_object(store.BUCKET, TWIN, file.name)
            return clock.monotonic() - began

    def _sdk_read(self) -> float:
        self.sdk.put_object(store.BUCKET, TWIN, self._content(self.size), self.size)
        began = clock.monotonic()
        response = self.sdk.get_object(store.BUCKET, TWIN)
        _swallow(response, self.size)
        response.close()
        return clock.monotonic() - began

    def _sdk_put(self) -> float:
        content = self._content(STREAMED)
        began = clock.monotonic()
        self.sdk.put_object(store.BUCKET, TWIN, content, STREAMED)
        return clock.monotonic() - began

    def _content(self, size: int) -> io.BytesIO:
        """A text that no file had before."""
        self.number += 1
        line = f"{time.time_ns()} {self.number} ".encode().ljust(63, b".") + b"\n"
        return io.BytesIO(line * (size // len(line)))


def _swallow(body: Any, size: int) -> None:
    """Read a body to its end, and see that all came. Raises ClickException."""
    came = sum(len(block) for block in _blocks(body))
    if came != size:
        raise click.ClickException(f"{came} bytes came instead of {size}")


def _blocks(body: Any) -> Iterator[bytes]:
    while block := body.read(BLOCK):
        yield block
