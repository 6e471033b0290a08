"""Child processes that end with their parent: forked from what is already loaded, or replaced by another program."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from shared import clock

PR_SET_PDEATHSIG = 1
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
MAPPED_BYTES = 1 << 20
LIBC = ctypes.CDLL(None, use_errno=True)


def give_memory_back() -> None:
    """Have large blocks (a password's hash takes tens of megabytes) returned to the system when they are freed.

    Left to itself, glibc keeps blocks of a size that was freed once, in each thread's own arena.
    """
    if hasattr(LIBC, "mallopt"):
        LIBC.mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES)
        LIBC.mallopt(M_ARENA_MAX, 2)


def die_with_parent(number: signal.Signals = signal.SIGKILL, parent: int | None = None) -> None:
    """Ask the kernel for `number` when the parent's forking thread ends; leave if `parent` has ended already."""
    LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(0)


def fork(
    target: Callable[[], None],
    *,
    log: Path | None = None,
    death: signal.Signals = signal.SIGKILL,
    keep: Sequence[int] = (),
) -> int:
    """Run `target` in a forked child, in a session of its own; returns its pid.

    The child gets default signal handlers, an empty standard input and, with `log`, output appended to that file. Of
    the open files that children close (`close_in_children`) it keeps those in `keep`.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _settle_in(parent, log, death, keep)
        target()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except click.ClickException as refused:
        print(refused.message, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


_to_close: set[int] = set()


def close_in_children(descriptor: int) -> None:
    """Close this file in every child that is not told to keep it: a lock or a public socket must not outlive us."""
    _to_close.add(descriptor)


def _settle_in(parent: int, log: Path | None, death: signal.Signals, keep: Sequence[int]) -> None:
    die_with_parent(death, parent)
    os.setsid()
    gc.enable()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for descriptor in _to_close.difference(keep):
        os.close(descriptor)
    _to_close.intersection_update(keep)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    if log is not None:
        written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(written, 1)
        os.dup2(written, 2)
        os.close(written)
    os.close(nothing)


def execute(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    inherit: Sequence[int] = (),
    sockets_in_environ: bool = False,
) -> None:
    """Become another program (call it in a forked child). `inherit` arrive as descriptors 3, 4, …

    `sockets_in_environ` announces them in the way of systemd's socket activation.
    """
    moved = [os.dup(d) for d in inherit]
    while any(d < 3 + len(moved) for d in moved):
        moved = [os.dup(d) for d in moved]
    for place, descriptor in enumerate(moved, start=3):
        os.dup2(descriptor, place, inheritable=True)
    given = dict(environ)
    if sockets_in_environ:
        given |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(moved))}
    os.execve(arguments[0], list(arguments), given)  # noqa: S606 - no shell is wanted


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs (a zombie does not)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] != "Z"


def wait(pid: int, seconds: float) -> int | None:
    """The exit status of a child that ended within `seconds` (negative: by a signal), or None."""
    until = clock.monotonic() + seconds
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if clock.monotonic() >= until:
            return None
        clock.sleep(0.005)


def end(pid: int, *steps: tuple[signal.Signals, float]) -> None:
    """End a child and its process group: each signal in turn with its patience, then SIGKILL for what is left."""
    for number, seconds in steps:
        os.kill(pid, number)
        if wait(pid, seconds) is not None:
            break
    else:
        os.kill(pid, signal.SIGKILL)
        wait(pid, 5)
    kill_group(pid)


def end_together(pids: Sequence[int], number: signal.Signals, seconds: float) -> None:
    """End several children at once: `number`, together `seconds` of patience, then SIGKILL, for their groups too."""
    for pid in pids:
        os.kill(pid, number)
    until = clock.monotonic() + seconds
    for pid in pids:
        if wait(pid, max(0.0, until - clock.monotonic())) is None:
            os.kill(pid, signal.SIGKILL)
            wait(pid, 5)
        kill_group(pid)


def kill_group(pid: int) -> None:
    """Kill what a child that has ended left in its process group."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
