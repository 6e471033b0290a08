"""`vez up`: what the terminal says, what is started again, what a kill leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.service.embedded import stack as stacks
from tests.service.embedded.stack import Stack, below, run, wait_until
from vez.embedded import folder as folders


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stacks.running(tmp_path_factory.mktemp("up") / "data") as running:
        yield running


def test_it_says_where_it_is_and_as_whom_to_sign_in(stack: Stack) -> None:
    said = stack.said.read_text()
    assert stack.is_ready()
    for told in ("vez-demo", "ana@cliente.test", "bruno@atende.test", "admin@vez.test", "/dev/mail", "Ctrl-C"):
        assert told in said
    assert "Traceback" not in said


def test_the_demo_can_be_used_at_once(stack: Stack) -> None:
    types = httpx.get(f"{stack.url}/api/workflow/v1/types", headers=stack.token("ana@cliente.test")).json()
    assert "billing_dispute" in [one["code"] for one in types["items"]]


def test_secrets_are_for_this_user_alone(stack: Stack) -> None:
    for name in ("secrets.json", "signing-key.pem"):
        assert (stack.data / name).stat().st_mode & 0o777 == 0o600
    assert stack.data.stat().st_mode & 0o777 == 0o700


def test_a_second_start_on_the_same_folder_is_told_where_the_first_is(stack: Stack) -> None:
    second = run("up", "--data", str(stack.data), "--port", "0")
    assert second.returncode == 1
    assert second.stderr.strip().splitlines() == [
        f"Error: Vez is running on {stack.data} already at {stack.url}: open it, or stop it first"
    ]
    assert stack.is_ready()


def test_a_taken_port_is_told_and_leaves_nothing_running(stack: Stack, tmp_path: Path) -> None:
    port = stack.url.rpartition(":")[2]
    other = run("up", "--data", str(tmp_path / "other"), "--port", port)
    assert other.returncode == 1
    assert other.stderr == f"Error: Port {port} is taken by another program: stop it, or choose another with --port\n"
    assert not folders.is_locked(folders.Folder(tmp_path / "other"))


def test_the_object_store_comes_with_the_first_who_asks(stack: Stack) -> None:
    assert httpx.get(f"{stack.url}/vez/nothing", timeout=20).status_code in (400, 403)
    assert "rclone" in stack.members().values()


def test_what_a_killed_object_store_had_half_taken_is_removed(stack: Stack) -> None:
    httpx.get(f"{stack.url}/vez/nothing", timeout=20)
    [pid] = (pid for pid, name in stack.members().items() if name == "rclone")
    half = stack.data / "objects" / "vez" / "files" / "ab" / ".rclone_temp_put_x"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"half")
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not half.exists(), what="the removal of what was half taken")


@pytest.mark.parametrize("place", range(7))
def test_a_process_that_dies_is_started_again_at_once(stack: Stack, place: int) -> None:
    members = sorted(stack.members().items())
    if place >= len(members):
        pytest.skip("the stack has fewer processes")
    pid, name = members[place]
    time.sleep(max(0.0, 2.1 - (time.time() - Path(f"/proc/{pid}").stat().st_ctime)))
    grandchildren = below(pid)
    os.kill(pid, signal.SIGKILL)
    took = wait_until(lambda: len({*stack.members()} - {pid}) == len(members), what=f"{name}'s restart")
    assert took < 15, "within a second where nobody else works; tests share their machine"
    wait_until(stack.is_ready, what=f"readiness after {name}'s death")
    assert not {*grandchildren} & {*below(stack.process.pid)}


def test_a_worker_that_runs_and_is_not_alive_is_killed_and_started_again(stack: Stack) -> None:
    def worker() -> int:
        return next((pid for pid in stack.members() if said_to(pid).endswith("worker.log")), 0)

    wait_until(stack.is_ready, what="readiness")
    pid = worker()
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: worker() not in (0, pid), 40, "the worker's restart")
    assert "worker is not alive" in stack.said.read_text()
    wait_until(stack.is_ready, what="readiness with another worker")


def said_to(pid: int) -> str:
    """Where a process writes."""
    try:
        return os.readlink(f"/proc/{pid}/fd/1")
    except OSError:
        return ""


def test_ctrl_c_ends_everything_cleanly(tmp_path: Path) -> None:
    with stacks.running(tmp_path / "data", "--no-demo") as started:
        processes = below(started.process.pid)
        began = time.monotonic()
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait(20) == 0
        assert time.monotonic() - began < 15, "within five seconds where nobody else works"
        assert not [pid for pid in processes if Path(f"/proc/{pid}/cwd").exists()]
        assert not (tmp_path / "data" / "running.json").exists()


def test_a_killed_one_leaves_nothing_and_the_next_has_its_data(tmp_path: Path) -> None:
    with stacks.running(tmp_path / "data", "--no-demo") as first:
        processes = below(first.process.pid)
        link = run("person", "create", "--admin", "eu@casa.test", "--data", str(first.data))
        assert link.stdout.startswith(first.url), link.stderr
        first.process.kill()
        first.process.wait()
        wait_until(lambda: not [p for p in processes if Path(f"/proc/{p}/cwd").exists()], 10, "the end of its children")
    with stacks.running(tmp_path / "data", "--no-demo") as second:
        assert "vez person create --admin E-MAIL" in second.said.read_text()
        again = run("person", "create", "--admin", "eu@casa.test", "--data", str(second.data))
        assert again.stdout.startswith(second.url)
    stopped = run("person", "create", "--admin", "eu@casa.test", "--data", str(tmp_path / "data"))
    assert stopped.stdout.startswith("http://"), stopped.stderr


def test_a_damaged_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "vez.complete").touch()
    started = run("up", "--data", str(tmp_path), "--port", "0")
    assert started.returncode == 1
    assert started.stderr.startswith("Error: Vez cannot start: postgres: ")
    assert len(started.stderr.strip().splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place, why in (
        (tmp_path / "file" / "data", "a part of that path is a file"),
        (tmp_path / "file", "that is a file"),
    ):
        refused = run("up", "--data", str(place), "--port", "0")
        assert refused.returncode == 1
        assert refused.stderr == f"Error: Data cannot be kept in {place}: {why}\n"


@pytest.mark.parametrize(("options", "why"), [("size=1m", "the disk is full"), ("ro", "the disk is read-only")])
def test_a_full_or_read_only_disk_is_one_clear_line(tmp_path: Path, options: str, why: str) -> None:
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may not mount anything")
    mount = (
        f"mount -t tmpfs -o {options} none {tmp_path} && exec {sys.executable} -m vez up --data {tmp_path}/d --port 0"
    )
    refused = subprocess.run(
        ["unshare", "-m", "sh", "-c", mount], capture_output=True, text=True, timeout=30, check=False
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: Data cannot be kept in {tmp_path}/d: {why}")
    assert len(refused.stderr.strip().splitlines()) == 1
