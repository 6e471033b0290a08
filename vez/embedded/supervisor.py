"""Starts processes, and again when they die or are no longer alive. It opens no thread and keeps no connection, so that
forking is safe."""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from shared import clock
from vez.embedded import child, pulse

STEADY_SECONDS = 2.0
PAUSE_SECONDS = 0.5
TICK_SECONDS = 60.0
STOP_SECONDS = 3.0
ALL_STOP_SECONDS = 4.5
"""The database has what the others left of it to write down what it holds: killed, it recovers at the next start."""
WORDS_BYTES = 20_000
PULSE_SECONDS = 5.0
PULSES_MISSED = 3


class Stopped(Exception):
    """A person, or whoever started us, asked to end."""


@dataclass(slots=True)
class Member:
    """A process that is to run for ever; a helper is to end well once. `become` is what its forked child does.

    Where `health` is the socket of its `/livez`, it is killed when that has answered well once and no longer does.
    """

    name: str
    become: Callable[[], None]
    log: Path
    keep: Sequence[int] = ()
    death: signal.Signals = signal.SIGKILL
    goes_last: bool = False
    is_helper: bool = False
    health: Path | None = None
    pid: int = 0
    born: float = 0.0
    words_from: int = 0
    was_alive: bool = False
    missed: int = 0

    def start(self) -> None:
        """Fork it."""
        self.was_alive, self.missed = False, 0
        self.words_from = self.log.stat().st_size if self.log.exists() else 0
        self.pid = child.fork(self.become, log=self.log, death=self.death, keep=self.keep)
        self.born = clock.monotonic()

    def is_dead(self) -> bool:
        """Whether it was alive once and has missed several pulses in a row."""
        if self.health is None:
            return False
        if pulse.status(self.health, "/livez") == 200:
            self.was_alive, self.missed = True, 0
        elif self.was_alive:
            self.missed += 1
        return self.missed >= PULSES_MISSED

    def last_words(self) -> str:
        """What it wrote last, in one line."""
        with self.log.open("rb") as log:
            log.seek(max(self.words_from, self.log.stat().st_size - WORDS_BYTES))
            lines = [line for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        telling = [line for line in lines if "FATAL" in line or "rror" in line or "PANIC" in line]
        return (telling or lines or [f"see {self.log}"])[-1].strip()


@dataclass(slots=True)
class Supervisor:
    """Keeps members alive. `tell` says something to the person at the terminal; `tick` is called once a minute."""

    tell: Callable[[str], None]
    tick: Callable[[], None]
    members: dict[int, Member] = field(default_factory=dict)
    due: list[tuple[float, Member]] = field(default_factory=list)
    is_up: bool = False
    is_importing: bool = False
    _felt: float = 0.0
    _watched: dict[int, int] = field(default_factory=dict)
    _asleep: dict[int, Member] = field(default_factory=dict)
    _poll: select.poll = field(default_factory=select.poll)
    _signals: tuple[socket.socket, socket.socket] = field(default_factory=socket.socketpair)

    def __post_init__(self) -> None:
        reading, writing = self._signals
        for end in self._signals:
            end.setblocking(False)
        self._poll.register(reading, select.POLLIN)
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_stop)

    def _told_to_stop(self, *_: object) -> None:
        """A signal: it has woken the poll; where nothing polls for seconds, it is raised on the spot."""
        if self.is_importing:
            raise Stopped

    @contextmanager
    def importing(self) -> Iterator[None]:
        """A block of long work without a step, which a signal breaks off. Raises Stopped."""
        self.is_importing = True
        try:
            yield
        finally:
            self.is_importing = False

    def start(self, member: Member) -> None:
        """Start a member and watch it."""
        member.start()
        self._watch(member)

    def _watch(self, member: Member) -> None:
        descriptor = os.pidfd_open(member.pid)
        self._watched[descriptor] = member.pid
        self._poll.register(descriptor, select.POLLIN)
        self.members[member.pid] = member

    def start_when_asked(self, member: Member, listening: int) -> None:
        """Start a member when the first connection comes to its listening socket, which we hold."""
        self._asleep[listening] = member
        self._poll.register(listening, select.POLLIN)

    def wait_for(self, helper: Member) -> None:
        """Wait for a helper's end while the members are kept alive. Raises ClickException when it fails, Stopped."""
        while helper.pid in self.members:
            self._step()

    def watch(self) -> None:
        """Keep the members alive until told to stop."""
        self.is_up = True
        while True:
            self._step()

    def _step(self) -> None:
        """Wait for what happens next and act on it. Raises Stopped, ClickException."""
        for descriptor, _ in self._poll.poll(self._patience() * 1000):
            if descriptor == self._signals[0].fileno():
                self._signals[0].recv(64)
                raise Stopped
            if descriptor in self._asleep:
                self._poll.unregister(descriptor)
                self.start(self._asleep.pop(descriptor))
            else:
                self._ended(descriptor)
        now = clock.monotonic()
        for when, member in [entry for entry in self.due if entry[0] <= now]:
            self.due.remove((when, member))
            self.start(member)
        if self.is_up and now - self._felt >= PULSE_SECONDS:
            self._feel_pulses()
        self.tick()

    def _patience(self) -> float:
        waiting = [when - clock.monotonic() for when, _ in self.due]
        if self.is_up and any(member.health for member in self.members.values()):
            waiting.append(self._felt + PULSE_SECONDS - clock.monotonic())
        return max(0.0, min(waiting, default=TICK_SECONDS))

    def _feel_pulses(self) -> None:
        """Kill what runs but is not alive; its end is then met like any other's."""
        for pid, member in self.members.items():
            if member.is_dead():
                self.tell(f"{member.name} is not alive and is killed")
                os.kill(pid, signal.SIGKILL)
        self._felt = clock.monotonic()

    def _ended(self, descriptor: int) -> None:
        pid = self._watched.pop(descriptor)
        self._poll.unregister(descriptor)
        os.close(descriptor)
        member = self.members.pop(pid)
        status = child.wait(pid, 1)
        child.kill_group(pid)
        if member.is_helper and status == 0:
            return
        if member.is_helper or (not self.is_up and status is not None and status >= 0):
            raise click.ClickException(f"Vez cannot start: {member.name}: {member.last_words()}")
        self._again(member, status)

    def _again(self, member: Member, status: int | None) -> None:
        """At once when it lived for a while, else after a pause."""
        steady = clock.monotonic() - member.born >= STEADY_SECONDS
        how = f"was killed by signal {-status}" if status is not None and status < 0 else f"ended ({status})"
        self.tell(f"{member.name} {how} and is started again")
        self.due.append((clock.monotonic() + (0.0 if steady else PAUSE_SECONDS), member))

    def stop(self) -> None:
        """End every member: first those that use the others."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._kill_all)
        last = [pid for pid, member in self.members.items() if member.goes_last]
        first = [pid for pid in self.members if pid not in last]
        until = clock.monotonic() + ALL_STOP_SECONDS
        child.end_together(first, signal.SIGTERM, STOP_SECONDS)
        child.end_together(last, signal.SIGINT, until - clock.monotonic())
        self.members.clear()

    def _kill_all(self, *_: object) -> None:
        """Asked a second time: at once."""
        for pid in self.members:
            child.kill_group(pid)
        os._exit(130)
