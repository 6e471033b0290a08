"""The clock of drills: a file moves it while processes run, and what they make by the time moves with it."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from shared import clock
from tests.support.waiting import wait_until

HOUR: Final = timedelta(hours=1)
SHORT: Final = timedelta(minutes=1)
ECHO: Final = """
import sys
from shared import clock, ids
for _ in sys.stdin:
    print(clock.now().isoformat(), ids.new_id(), flush=True)
"""


class Other:
    """A process that says, when asked, what time it is and what id it makes."""

    def __init__(self, env: Mapping[str, str]) -> None:
        command = [sys.executable, "-c", ECHO]
        self.process = subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def ahead(self) -> tuple[timedelta, timedelta]:
        """How far its clock is ahead of ours, and how far its ids are."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        instant, id = self.process.stdout.readline().split()
        now = datetime.now(UTC)
        made_at = datetime.fromtimestamp((uuid.UUID(id).int >> 80) / 1000, UTC)
        return datetime.fromisoformat(instant) - now, made_at - now

    def is_ahead(self, by: timedelta) -> bool:
        """Whether both are so far ahead."""
        return all(abs(each - by) < SHORT for each in self.ahead())

    def end(self) -> None:
        """Have it end by itself."""
        self.process.communicate(timeout=10)


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """The file that moves a clock; it is not there yet."""
    return tmp_path / "clock"


def test_a_running_process_sees_its_clock_jump_both_ways(moved: Path) -> None:
    other = Other({"VEZ_CLOCK_OFFSET_FILE": str(moved)})
    assert other.is_ahead(timedelta())
    for seconds, ahead in (("3600\n", HOUR), ("-3600", -HOUR), ("0", timedelta())):
        moved.write_text(seconds)
        wait_until(lambda ahead=ahead: other.is_ahead(ahead), f"a jump to {ahead}", seconds=5)
    other.end()


def test_a_variable_moves_the_clock_and_the_ids_from_the_start_on() -> None:
    other = Other({"VEZ_CLOCK_OFFSET_SECONDS": "3600"})
    assert other.is_ahead(HOUR)
    other.end()


def test_without_either_a_clock_and_its_ids_are_the_systems() -> None:
    other = Other({})
    assert other.is_ahead(timedelta())
    other.end()


def test_a_file_that_is_just_being_written_changes_nothing(moved: Path) -> None:
    moved.write_text("60")
    followed = clock.Followed(str(moved))
    assert followed.offset() == SHORT
    moved.write_text("")
    assert again(followed) == SHORT
    moved.unlink()
    assert again(followed) == SHORT


def test_a_file_is_read_now_and_then_only(moved: Path) -> None:
    moved.write_text("60")
    followed = clock.Followed(str(moved))
    assert followed.offset() == SHORT
    moved.write_text("3600")
    assert followed.offset() == SHORT
    wait_until(lambda: followed.offset() == HOUR, "the file to be read again", seconds=5)


def test_a_file_that_holds_no_number_is_said_to(moved: Path) -> None:
    moved.write_text("an hour")
    with pytest.raises(ValueError, match=r"VEZ_CLOCK_OFFSET_FILE: .*clock holds no number of seconds: 'an hour'"):
        clock.Followed(str(moved)).offset()


def again(followed: clock.Followed) -> timedelta:
    """What it says once it has looked again."""
    clock.sleep(1.5 * clock.LOOK_SECONDS)
    return followed.offset()
