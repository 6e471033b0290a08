"""Logs, metrics, traces and crash points: what lets an operator see, and a fault drill strike, inside a process."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import sys
from contextvars import ContextVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from shared import config

REGISTRY = CollectorRegistry()
COMMITS = Counter("vez_commits", "Commits of units of work", ["service"], registry=REGISTRY)
LOST = Counter("vez_lost_writes", "Writes that somebody else was faster than", ["service"], registry=REGISTRY)
PUBLISHED = Counter("vez_outbox_published", "Events handed to the broker", ["service", "by"], registry=REGISTRY)
UNSENT = Gauge("vez_outbox_unsent", "Events not yet handed to the broker", ["service"], registry=REGISTRY)
HANDLED = Counter("vez_inbox_handled", "Events by what became of them", ["service", "outcome"], registry=REGISTRY)
PARKED = Gauge("vez_inbox_parked", "Events that wait for an administrator", ["service"], registry=REGISTRY)
HEALED = Counter("vez_inbox_healed", "Events asked for because they did not come", ["service"], registry=REGISTRY)
DEAD = Counter("vez_dead_letters", "Messages that no handler could be given", ["service"], registry=REGISTRY)
BATCH = Histogram(
    "vez_inbox_batch_events", "Events in one commit", ["service"], buckets=(1, 2, 4, 8, 16, 32, 64), registry=REGISTRY
)
REQUESTS = Counter("vez_http_requests", "Answers by status", ["service", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "vez_http_request_seconds",
    "Time of an answer",
    ["service"],
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10),
    registry=REGISTRY,
)

_trace: ContextVar[str | None] = ContextVar("vez_trace", default=None)
_crash_name, _, _crash_count = config.environment().get("VEZ_CRASHPOINT", "").partition(":")
_crashes = {"left": int(_crash_count or 1)}
_crash_folder = config.environment().get("VEZ_CRASHPOINT_FOLDER", "")


def metrics() -> bytes:
    """Everything measured, in Prometheus' text form."""
    return generate_latest(REGISTRY)


def trace() -> str:
    """The W3C trace context of what is being done; a new one where nothing began it."""
    present = _trace.get()
    if present is None:
        present = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
        _trace.set(present)
    return present


def follow(traceparent: str | None) -> None:
    """Go on under somebody's trace context (an HTTP header, an envelope); None begins anew."""
    _trace.set(traceparent)


def crash_point(name: str) -> None:
    """Die by SIGKILL here, where `VEZ_CRASHPOINT=name:n` names this point and this is the n-th time it is passed.

    Where `VEZ_CRASHPOINT_FOLDER` names a folder, a file of the point's name in it kills the one process that removes
    it.
    """
    if name == _crash_name:
        _crashes["left"] -= 1
        if _crashes["left"] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    if _crash_folder and _is_struck(name):
        os.kill(os.getpid(), signal.SIGKILL)


def _is_struck(name: str) -> bool:
    try:
        os.unlink(os.path.join(_crash_folder, name))
    except OSError:
        return False
    return True


def set_up_logs(level: str) -> None:
    """Log one JSON object a line to standard error: a static event name, fields, ids not objects."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger bound to a module's name."""
    return structlog.get_logger(name)  # type: ignore[no-any-return]
