"""What a drill found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from vez.chaos.history import Call
from vez.chaos.world import Violation

SHOWN = 40


class Strike(msgspec.Struct, frozen=True):
    """One fault. `works_again_seconds`: from its end until the first command was accepted; `timers_pending`: what was
    about to be done by time when a clock jumped.
    """

    name: str
    lasted_seconds: float
    works_again_seconds: float
    calls: dict[str, int]
    latency_ms: dict[str, float]
    unreached: list[str]
    timers_pending: int = 0

    @property
    def line(self) -> str:
        """It in one line."""
        met = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.calls.items()))
        missed = f"; not reached: {', '.join(self.unreached)}" if self.unreached else ""
        missed += f"; {self.timers_pending} timers were pending" if self.timers_pending else ""
        slowest = self.latency_ms.get("p99", 0)
        return (
            f"{self.name} ({self.lasted_seconds:.1f} s): {met or 'no call'}; p99 {slowest:.0f} ms; "
            f"accepted again after {self.works_again_seconds:.1f} s{missed}"
        )


class Report(msgspec.Struct, frozen=True):
    """All of a drill. `timers`: how many fired, by what they did."""

    seed: int
    tickets: int
    calls: dict[str, int]
    latency_ms: dict[str, float]
    deaths: int
    mails: int
    repeated_mails: int
    hook_calls: int
    repeated_hook_calls: int
    strikes: list[Strike]
    settled_seconds: float
    violations: list[Violation]
    timers: dict[str, int]

    def lines(self) -> list[str]:
        """It for a person; the violations first by their rule, at most forty."""
        met = ", ".join(f"{count} {outcome}" for outcome, count in sorted(self.calls.items()))
        found = [
            f"tickets walked: {self.tickets}; commands: {met}; p50 {self.latency_ms.get('p50', 0):.0f} ms, "
            f"p99 {self.latency_ms.get('p99', 0):.0f} ms",
            f"processes killed: {self.deaths}; mails: {self.mails}, sent once more: {self.repeated_mails}; "
            f"messages to the webhook: {self.hook_calls}, brought once more: {self.repeated_hook_calls}",
            f"timers fired: {', '.join(f'{n} {name}' for name, n in sorted(self.timers.items())) or 'none'}",
            f"everything where it belongs after {self.settled_seconds:g} s",
        ]
        by_rule = Counter(violation.rule for violation in self.violations)
        found += [f"  {count} × {rule.replace('_', ' ')}" for rule, count in by_rule.most_common()]
        found += [f"    {violation.what}" for violation in self.violations[:SHOWN]]
        found.append(f"violations: {len(self.violations)} (seed {self.seed})")
        return found


def tally(calls: Sequence[Call]) -> dict[str, int]:
    """How many calls came to each end."""
    return dict(Counter(call.outcome for call in calls))


def latency(calls: Sequence[Call]) -> dict[str, float]:
    """The median and the 99th percentile of the accepted commands, in milliseconds."""
    times = sorted(call.seconds * 1000 for call in calls if call.outcome == "ok")
    if not times:
        return {}
    return {
        "p50": round(times[len(times) // 2], 1),
        "p99": round(times[min(len(times) - 1, len(times) * 99 // 100)], 1),
    }
