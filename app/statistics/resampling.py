"""How far a figure may be off by the luck of the sample: bootstrap over customers."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.statistics.calibration import Metrics, metrics_of, metrics_of_sorted, riskiest_first

Interval = tuple[float, float]

LEVEL: Final = 0.95
N_RESAMPLES: Final = 400
N_RESAMPLES_OF_MANY: Final = 200
MANY: Final = 50_000  # customers; their intervals are narrow, and each resample costs milliseconds
FIGURES: Final = ("auc", "average_precision", "log_loss", "brier", "ece", "top_decile_lift")
UNBOUNDED: Final = frozenset({"log_loss", "top_decile_lift"})  # all others lie in 0 to 1


@dataclass(frozen=True, slots=True)
class Difference:
    """What the first has more than the second on the same customers, with its interval."""

    value: float
    low: float
    high: float

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the interval leaves nought out."""
        return self.low > 0 or self.high < 0


def intervals_of(
    churned: NDArray[np.float64], said: NDArray[np.float64], *, seed: int
) -> dict[str, Interval]:
    """Return the 95 % interval of each figure of `FIGURES`, by the bootstrap.

    Percentiles of the resamples, moved to lie around the figure itself: resampling adds noise, and
    noise raises what is averaged without a sign, the calibration error by half of itself and more.

    Parameters
    ----------
    churned, said : float64 arrays of shape (n,)
        Outcomes (0 or 1), and probabilities (0 to 1).
    """
    drawn = _Resampled(churned, said)
    figures = [drawn.figures_of(counts) for counts in _draws(len(churned), seed)]
    found = metrics_of(churned, said)
    ends = {
        name: _ends(np.array([getattr(m, name) for m in figures]), around=getattr(found, name))
        for name in FIGURES
    }
    return {
        name: (max(low, 0.0), high if name in UNBOUNDED else min(high, 1.0))
        for name, (low, high) in ends.items()
    }


def differences_of(
    churned: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    *,
    seed: int,
) -> dict[str, Difference]:
    """Return by how much each figure of `first` exceeds that of `second`: the same draws for both.

    Swapped arguments give the same numbers with the other sign.
    """
    ours, theirs = _Resampled(churned, first), _Resampled(churned, second)
    pairs = [
        (ours.figures_of(counts), theirs.figures_of(counts))
        for counts in _draws(len(churned), seed)
    ]
    a, b = asdict(metrics_of(churned, first)), asdict(metrics_of(churned, second))
    return {
        name: Difference(
            a[name] - b[name],
            *_ends(
                np.array([getattr(x, name) - getattr(y, name) for x, y in pairs]),
                around=a[name] - b[name],
            ),
        )
        for name in FIGURES
    }


class _Resampled:
    """Rows in the order of their risk, so that a resample needs no sorting of its own."""

    def __init__(self, churned: NDArray[np.float64], said: NDArray[np.float64]) -> None:
        self._order = riskiest_first(said)
        self._churned, self._said = churned[self._order], said[self._order]

    def figures_of(self, counts: NDArray[np.int64]) -> Metrics:
        """Return the figures where row i was drawn ``counts[i]`` times."""
        rows = np.repeat(np.arange(len(counts)), counts[self._order])
        return metrics_of_sorted(self._churned[rows], self._said[rows])


def _draws(n: int, seed: int) -> Iterator[NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    for _ in range(N_RESAMPLES_OF_MANY if n > MANY else N_RESAMPLES):
        yield np.bincount(rng.integers(0, n, n), minlength=n).astype(np.int64)


def _ends(values: NDArray[np.float64], *, around: float) -> Interval:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return float("nan"), float("nan")
    tail = 50 * (1 - LEVEL)
    # Averaged both ways, a swapped pair has exactly the mirrored ends.
    low = (np.percentile(finite, tail) - np.percentile(-finite, 100 - tail)) / 2
    high = (np.percentile(finite, 100 - tail) - np.percentile(-finite, tail)) / 2
    moved = around - float(np.median(finite))
    return float(low) + moved, float(high) + moved
