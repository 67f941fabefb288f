"""What changed since the card of a bundle was written."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from training.card.sections.metrics import METRICS
from training.testing.holdout import HoldoutMetrics

# It rises where more customers churn, whoever ranks them, so it compares no two moments.
MOVES_WITH_THE_BASE_RATE: Final = "average_precision"
BETTER_WHEN_LOWER: Final = frozenset({"log_loss", "brier", "ece"})


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A metric in the card and now; `low` and `high` are the 95 % interval of the difference."""

    name: str
    title: str
    digits: int
    card: float
    now: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether it got "better" or "worse" by more than the samples explain, or neither."""
        if self.low <= 0 <= self.high:
            return "within chance"
        lower_is_better = self.name in BETTER_WHEN_LOWER
        return "better" if (self.high < 0) == lower_is_better else "worse"


def changes_since_card(card: Mapping[str, Any], now: HoldoutMetrics) -> list[MetricChange]:
    """Return each metric against the one in the card; empty where the card holds no test.

    The two tests have different customers, so the halves of their intervals add up as squares.

    Parameters
    ----------
    card : the metrics of a manifest.
    """
    test, intervals = card.get("test"), card.get("test_intervals")
    if not isinstance(test, Mapping) or not isinstance(intervals, Mapping):
        return []
    return [
        _change(name, title, digits, test[name], intervals[name], now)
        for name, title, digits in METRICS
        if name != MOVES_WITH_THE_BASE_RATE
        and test.get(name) is not None
        and intervals.get(name) is not None
        and math.isfinite(getattr(now.ours, name))
    ]


def _change(
    name: str,
    title: str,
    digits: int,
    before: float,
    ends: tuple[float, float],
    now: HoldoutMetrics,
) -> MetricChange:
    value = getattr(now.ours, name)
    half = math.hypot(_half(ends), _half(now.intervals[name]))
    difference = value - before
    return MetricChange(
        name, title, digits, float(before), value, difference - half, difference + half
    )


def _half(ends: tuple[float, float]) -> float:
    low, high = ends
    return (float(high) - float(low)) / 2
