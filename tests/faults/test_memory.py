"""However many and however large the files that come and go at once, the service's memory stays flat."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.faults.senders import API, SLOW_SECONDS, Senders
from tests.support.waiting import wait_until
from vez.chaos.system import System

NewSystem = Callable[[str], System]
MEGABYTE = 1_000_000
MOST_MB = 300
MOST_GROWTH_MB = 80
BLOCK = 100_000


class Watch:
    """The largest resident memory of each HTTP process and worker while a block runs, in megabytes."""

    def __init__(self, system: System) -> None:
        found = system.processes()
        self.pids = {pid: name for name in ("http", "worker") for pid in found[name]}
        self.before = {pid: resident_mb(pid) for pid in self.pids}
        self.peak = dict(self.before)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            for pid in self.pids:
                self.peak[pid] = max(self.peak[pid], resident_mb(pid))


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def test_three_files_of_30_mb_at_once(new_system: NewSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    stays_flat(new_system, monkeypatch, 3, 30)


@pytest.mark.heavy
def test_20_files_of_200_mb_at_once(new_system: NewSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    stays_flat(new_system, monkeypatch, 20, 200)


def stays_flat(new_system: NewSystem, monkeypatch: pytest.MonkeyPatch, count: int, megabytes: int) -> None:
    """Files are sent in parts and through the service, checked, and read through the service, `count` at once."""
    monkeypatch.setenv("VEZ_ATTACHMENTS_STREAMED_BYTES", str(megabytes * MEGABYTE))
    system = new_system("embedded")
    with Senders(system.url) as senders:
        come_and_go(system, senders, count, megabytes * MEGABYTE)


def come_and_go(system: System, senders: Senders, count: int, size: int) -> None:
    """So many files of that size at once, there and back."""
    (ticket,) = senders.tickets(1)
    with Watch(system) as watch, ThreadPoolExecutor(count) as pool:
        ids = list(pool.map(lambda n: sent(senders, ticket, n, size), range(count)))
        are_checked = "every file to be checked"
        wait_until(lambda: all_stored(senders, ticket, count), are_checked, seconds=SLOW_SECONDS, every=0.2)
        read = list(pool.map(lambda id: read_whole(senders, id), ids))
    assert read == [hash_of(n, size) for n in range(count)]
    told = {watch.pids[pid]: (round(watch.before[pid]), round(watch.peak[pid])) for pid in watch.pids}
    print(f"resident memory before and at its peak, in MB: {told}")
    assert max(watch.peak.values()) < MOST_MB, told
    assert max(watch.peak[pid] - watch.before[pid] for pid in watch.pids) < MOST_GROWTH_MB, told


def blocks(number: int, size: int) -> Iterator[bytes]:
    """What file `number` holds, never all of it at once: lines of text."""
    block = (b"%08d " % number + b"x" * 40 + b"\n") * (BLOCK // 50)
    for _ in range(size // BLOCK):
        yield block


def hash_of(number: int, size: int) -> str:
    digest = hashlib.sha256()
    for block in blocks(number, size):
        digest.update(block)
    return digest.hexdigest()


def taken(call: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer of a store that has time: a disk that 20 files reach at once may not for a moment."""
    return wait_until(lambda: _unless_busy(call()), "the store to have time", seconds=SLOW_SECONDS, every=1.0)


def _unless_busy(answer: httpx.Response) -> httpx.Response | None:
    return None if answer.status_code == 503 else answer


def sent(senders: Senders, ticket: str, number: int, size: int) -> str:
    """A file on its way to its check: every other one in one request, the rest in parts."""
    if number % 2:
        path = f"{API}/tickets/{ticket}/attachments?name={number}.txt"
        headers = {"Content-Length": str(size), "Content-Type": "text/plain"}
        answer = taken(lambda: senders.call("POST", path, headers=headers, content=blocks(number, size)))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])
    body = {"ticket_id": ticket, "name": f"{number}.txt", "size": size, "content_type": "text/plain"}
    upload = taken(lambda: senders.call("POST", f"{API}/uploads", json=body)).json()
    parts, rest = [], Pieces(number, size)
    for part in upload["parts"]:
        headers = {"Content-Length": str(part["size"])}
        put = httpx.put(part["url"], content=rest.take(part["size"]), headers=headers, timeout=SLOW_SECONDS)
        assert put.status_code == 200, put.text
        parts.append({"number": part["number"], "etag": put.headers["etag"]})
    done = senders.call("POST", f"{API}/uploads/{upload['id']}/complete", json={"parts": parts})
    assert done.status_code == 202, done.text
    return str(upload["id"])


class Pieces:
    """A file's blocks, cut where its parts end."""

    def __init__(self, number: int, size: int) -> None:
        self._blocks, self._left = blocks(number, size), b""

    def take(self, size: int) -> Iterator[bytes]:
        """The next so many bytes."""
        while size:
            piece = self._left or next(self._blocks)
            self._left = piece[size:]
            yield piece[:size]
            size -= min(size, len(piece))


def all_stored(senders: Senders, ticket: str, count: int) -> bool:
    states = [file["state"] for file in senders.listed(ticket)]
    assert "rejected" not in states
    return states == ["stored"] * count


def read_whole(senders: Senders, id: str) -> str:
    """The hash of what the service sends."""
    digest = hashlib.sha256()
    with senders.stream(f"{API}/attachments/{id}/content") as answer:
        assert answer.status_code == 200
        for piece in answer.iter_raw():
            digest.update(piece)
    return digest.hexdigest()
