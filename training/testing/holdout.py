"""Customers as of a moment, what was said of them then, and what came of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.tier_columns import NO_TIER, assign_tiers
from app.domain.tiers import AnyTierPolicy
from app.statistics.metrics import PredictionMetrics, compute_metrics
from app.statistics.resampling import Interval, bootstrap_intervals
from training.dataset.snapshots import Window


@dataclass(frozen=True, slots=True)
class Holdout:
    """Rows that were held against what happened; nothing was learned from them.

    Attributes
    ----------
    window : when it was said, and until when the outcome counts.
    features : float64 array of shape (n, n_features), as of the window's beginning.
    churned, said : float64 arrays of shape (n,), outcomes (0 or 1) and probabilities (0 to 1).
    baseline : float64 array of shape (n,)
        What a logistic regression on recency, frequency and spend said; None = there is none.
    tiers : int64 array of shape (n,), 0 = Low, 1 = Medium, 2 = High, by what was said.
    """

    window: Window
    features: NDArray[np.float64]
    churned: NDArray[np.float64]
    said: NDArray[np.float64]
    baseline: NDArray[np.float64] | None
    tiers: NDArray[np.int64]

    @property
    def both_happened(self) -> bool:
        """Whether some churned and some stayed; without that there are no curves."""
        return bool(0 < self.churned.sum() < len(self.churned))


@dataclass(frozen=True, slots=True)
class HoldoutMetrics:
    """The figures of some tested rows with their 95 % intervals, and those of the baseline."""

    ours: PredictionMetrics
    intervals: dict[str, Interval]
    baseline: PredictionMetrics | None

    def interval_numbers(self) -> dict[str, list[float] | None]:
        """Return the intervals by name as [low, high], rounded; None = not defined."""
        return {
            name: [round(low, 6), round(high, 6)] if np.isfinite(low + high) else None
            for name, (low, high) in self.intervals.items()
        }


def holdout_metrics_of(tested: Holdout, *, seed: int) -> HoldoutMetrics:
    """Return the figures of what was said, with bootstrap intervals."""
    return HoldoutMetrics(
        compute_metrics(tested.churned, tested.said),
        bootstrap_intervals(tested.churned, tested.said, seed=seed),
        None if tested.baseline is None else compute_metrics(tested.churned, tested.baseline),
    )


def tiers_at(
    probabilities: NDArray[np.float64],
    policy: AnyTierPolicy,
    *,
    values: NDArray[np.float64] | None = None,
    before: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Return each customer's tier (0 = Low, 1 = Medium, 2 = High), shape (n,).

    Parameters
    ----------
    values : float64 array of shape (n,), what each is worth (NaN = not known), for such policies.
    before : int64 array of shape (n,), the tiers that they had.
    """
    n = len(probabilities)
    worth = np.full(n, np.nan) if values is None else values
    stood = np.full(n, NO_TIER) if before is None else before
    return assign_tiers(policy, probabilities, worth, stood).tiers
