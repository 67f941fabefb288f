"""Customers that nothing was learned from, what was predicted of them, and what happened."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.statistics.metrics import PredictionMetrics, compute_metrics
from app.statistics.resampling import Interval, bootstrap_intervals
from training.dataset.snapshots import Window

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Holdout:
    """Customers as a window opened, with their predictions and their outcomes.

    Attributes
    ----------
    window : predictions were made when it opened; outcomes count until it closes.
    features : float64 array of shape (n, n_features), as of the opening.
    churned, predicted : float64 arrays of shape (n,), outcomes (0 or 1) and probabilities (0 to 1).
    baseline : float64 array of shape (n,)
        Probabilities by a logistic regression on recency, frequency and spend; None = there is
        none.
    tiers : int64 array of shape (n,), 0 = Low, 1 = Medium, 2 = High, by `predicted`.
    """

    window: Window
    features: Numbers
    churned: Numbers
    predicted: Numbers
    baseline: Numbers | None
    tiers: NDArray[np.int64]

    @property
    def has_both_outcomes(self) -> bool:
        """Whether some churned and some stayed; without that there are no curves."""
        return bool(0 < self.churned.sum() < len(self.churned))


@dataclass(frozen=True, slots=True)
class HoldoutMetrics:
    """Metrics of a holdout with their 95 % intervals, beside those of the baseline."""

    ours: PredictionMetrics
    intervals: dict[str, Interval]
    baseline: PredictionMetrics | None

    def interval_numbers(self) -> dict[str, list[float] | None]:
        """Return the intervals by name as [low, high], rounded; None = not defined."""
        return {
            name: [round(low, 6), round(high, 6)] if np.isfinite(low + high) else None
            for name, (low, high) in self.intervals.items()
        }


def holdout_metrics_of(holdout: Holdout, *, seed: int) -> HoldoutMetrics:
    """Return the metrics of what was predicted, with bootstrap intervals."""
    churned, baseline = holdout.churned, holdout.baseline
    return HoldoutMetrics(
        compute_metrics(churned, holdout.predicted),
        bootstrap_intervals(churned, holdout.predicted, seed=seed),
        None if baseline is None else compute_metrics(churned, baseline),
    )
