"""The reading side of events: seen once, in order, retried when due, parked when hopeless.

A part (one service's share of a worker) hands its events to one committer thread, which commits what is waiting
together; sweeps run what is due, fetch what is missing and send what a dead process left.
"""

from shared.inbox.part import Part
from shared.inbox.runtime import Runtime, Timer

__all__ = ["Part", "Runtime", "Timer"]
