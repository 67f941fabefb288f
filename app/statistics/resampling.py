"""How far a metric may be off by the luck of the sample: the bootstrap over customers.

Reference: B. Efron, R. J. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.statistics.intervals import CONFIDENCE
from app.statistics.metrics import PredictionMetrics, compute_metrics, compute_ranked_metrics
from app.statistics.ranking import RankedOutcomes, riskiest_first

Interval = tuple[float, float]

N_RESAMPLES: Final = 400
MANY_CUSTOMERS: Final = 50_000  # their intervals are narrow, and each resample takes milliseconds
N_RESAMPLES_OF_MANY: Final = 200
RESAMPLED: Final = ("auc", "average_precision", "log_loss", "brier", "ece", "top_decile_lift")
UNBOUNDED: Final = frozenset({"log_loss", "top_decile_lift"})  # the others lie in [0, 1]


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one metric of a first set of probabilities exceeds that of a second."""

    value: float
    low: float
    high: float

    @property
    def is_significant(self) -> bool:
        """Whether the 95 % interval excludes 0."""
        return self.low > 0 or self.high < 0


def bootstrap_intervals(
    outcomes: NDArray[np.float64], probabilities: NDArray[np.float64], *, seed: int
) -> dict[str, Interval]:
    """Return the 95 % interval of each metric in `RESAMPLED`; NaN where the metric is not defined.

    Percentiles of the resamples, shifted so that their median is the metric of the sample itself:
    resampling adds noise, and noise raises a metric that averages absolute values. It raises the
    calibration error by half of itself and more.

    Parameters
    ----------
    outcomes, probabilities : float64 arrays of shape (n,)
        0 or 1, and 0 to 1.
    """
    sample = _Sample(outcomes, probabilities)
    resamples = [sample.resampled(counts) for counts in _draw_counts(len(outcomes), seed)]
    metrics = compute_metrics(outcomes, probabilities)
    return {
        name: _within_bounds(
            name, _percentiles([getattr(m, name) for m in resamples], getattr(metrics, name))
        )
        for name in RESAMPLED
    }


def bootstrap_differences(
    outcomes: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    *,
    seed: int,
) -> dict[str, Difference]:
    """Return by how much each metric of `first` exceeds that of `second`.

    Both are computed on the same resamples, so that what they have in common cancels. Swapping the
    two gives the same numbers with the opposite sign.

    Parameters
    ----------
    outcomes, first, second : float64 arrays of shape (n,)
        Outcomes (0 or 1), and the two sets of probabilities (0 to 1).
    """
    samples = _Sample(outcomes, first), _Sample(outcomes, second)
    pairs = [
        tuple(sample.resampled(counts) for sample in samples)
        for counts in _draw_counts(len(outcomes), seed)
    ]
    a, b = asdict(compute_metrics(outcomes, first)), asdict(compute_metrics(outcomes, second))
    differences = {}
    for name in RESAMPLED:
        value = a[name] - b[name]
        resampled = [getattr(x, name) - getattr(y, name) for x, y in pairs]
        differences[name] = Difference(value, *_percentiles(resampled, value))
    return differences


class _Sample:
    """Customers ranked once, so that their resamples need no sorting."""

    def __init__(self, outcomes: NDArray[np.float64], probabilities: NDArray[np.float64]) -> None:
        self._order = riskiest_first(probabilities)
        self._outcomes, self._probabilities = outcomes[self._order], probabilities[self._order]

    def resampled(self, counts: NDArray[np.int64]) -> PredictionMetrics:
        """Return the metrics of the resample in which customer `i` occurs ``counts[i]`` times."""
        rows = np.repeat(np.arange(len(counts)), counts[self._order])
        return compute_ranked_metrics(
            RankedOutcomes(self._outcomes[rows], self._probabilities[rows])
        )


def _draw_counts(n: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield how often each of `n` customers occurs in each resample."""
    rng = np.random.default_rng(seed)
    for _ in range(N_RESAMPLES_OF_MANY if n > MANY_CUSTOMERS else N_RESAMPLES):
        yield np.bincount(rng.integers(0, n, n), minlength=n).astype(np.int64)


def _percentiles(resampled: list[float], value: float) -> Interval:
    """Return the percentiles that hold 95 % of the resamples, shifted to lie around `value`."""
    values = np.array(resampled)
    finite = values[np.isfinite(values)]
    if not len(finite):
        return float("nan"), float("nan")
    tail = 50 * (1 - CONFIDENCE)
    # Averaging both directions makes the ends of a swapped pair mirror each other exactly.
    low = (np.percentile(finite, tail) - np.percentile(-finite, 100 - tail)) / 2
    high = (np.percentile(finite, 100 - tail) - np.percentile(-finite, tail)) / 2
    shift = value - float(np.median(finite))
    return float(low) + shift, float(high) + shift


def _within_bounds(name: str, interval: Interval) -> Interval:
    low, high = interval
    return max(low, 0.0), high if name in UNBOUNDED else min(high, 1.0)
