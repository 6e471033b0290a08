"""Percentiles."""

from __future__ import annotations

from vez.replay.report import latency


def test_percentiles_are_by_nearest_rank_in_milliseconds() -> None:
    found = latency([index / 1000 for index in range(100, 0, -1)])
    assert (found.count, found.p50, found.p95, found.p99, found.longest) == (100, 50.0, 95.0, 99.0, 100.0)


def test_one_measurement_is_every_percentile() -> None:
    found = latency([0.0123])
    assert (found.p50, found.p95, found.p99, found.longest) == (12.3, 12.3, 12.3, 12.3)


def test_nothing_measured_is_zero() -> None:
    assert latency([]).count == 0
