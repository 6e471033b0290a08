"""A running embedded stack, for what is asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import stack


@pytest.fixture(scope="session")
def vez() -> Iterator[stack.Stack]:
    """The stack; one for a test run, in the worker of the group `stack`."""
    with stack.running() as running:
        yield running
