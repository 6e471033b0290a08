"""What the front in between makes of an answer that comes before the whole request was read."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from shared.ids import new_id
from tests.support import stack

TIMES = 150


@pytest.mark.xdist_group("stack")
def test_whoever_is_refused_before_their_body_was_read_hears_why(vez: stack.Stack) -> None:
    """Without reading it away, the front tells 502 of one in fifty."""
    bearer, url = vez.bearer("admin"), f"{vez.url}/api/identity/v1/mail-tokens"

    def ask(_: int) -> Counter[int]:
        with httpx.Client(timeout=60) as client:
            return Counter(
                client.post(url, json={"person_id": new_id(), "mail_id": new_id()}, headers=bearer).status_code
                for _ in range(TIMES)
            )

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, range(4)), Counter()) == {403: 4 * TIMES}
