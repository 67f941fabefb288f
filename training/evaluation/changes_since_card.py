"""What changed since the card was written."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from training.card.sections.metrics import NAMES
from training.testing.holdout import HoldoutMetrics

# Higher where more customers churn, whoever ranks them.
MOVES_WITH_THE_RATE: Final = "average_precision"
BETTER_WHEN_LOWER: Final = frozenset({"log_loss", "brier", "ece"})


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A figure in the card and now; `low` and `high` are the 95 % interval of the difference.

    `verdict` is "better", "worse" or "within chance".
    """

    name: str
    title: str
    digits: int
    card: float
    now: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether the figure got better or worse by more than the samples explain."""
        if self.low <= 0 <= self.high:
            return "within chance"
        lower_is_better = self.name in BETTER_WHEN_LOWER
        return "better" if (self.high < 0) == lower_is_better else "worse"


def changes_of(metrics: Mapping[str, Any], figures: HoldoutMetrics) -> list[MetricChange]:
    """Return each figure against the one in the card; empty where the card was not tested.

    The two tests have different customers, so their intervals' halves add up as squares.
    """
    test, intervals = metrics.get("test"), metrics.get("test_intervals")
    if not isinstance(test, Mapping) or not isinstance(intervals, Mapping):
        return []
    changes = []
    for name, title, digits in NAMES:
        if name == MOVES_WITH_THE_RATE:
            continue
        then, ends = test.get(name), intervals.get(name)
        now = getattr(figures.ours, name)
        if then is None or ends is None or not math.isfinite(now):
            continue
        half = math.hypot(_half(ends), _half(figures.intervals[name]))
        difference = now - then
        changes.append(
            MetricChange(
                name, title, digits, float(then), now, difference - half, difference + half
            )
        )
    return changes


def _half(ends: Any) -> float:  # noqa: ANN401 - a list from the manifest, or a pair
    low, high = ends
    return (float(high) - float(low)) / 2
