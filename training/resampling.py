"""How far a figure may be off by the luck of the sample: bootstrap over customers."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.quality import Metrics, metrics_of, metrics_of_sorted, riskiest_first

Interval = tuple[float, float]

LEVEL: Final = 0.95
N_RESAMPLES: Final = 400
N_RESAMPLES_OF_MANY: Final = 200
MANY: Final = 50_000  # customers; their intervals are narrow, and each resample costs milliseconds
FIGURES: Final = ("auc", "average_precision", "log_loss", "brier", "ece", "top_decile_lift")


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
    """Return the 95 % interval of each figure of `FIGURES`, by percentiles of the bootstrap.

    Resampling adds noise to what is averaged without a sign, so that the interval of the
    calibration error lies rather high.

    Parameters
    ----------
    churned, said : float64 arrays of shape (n,)
        Outcomes (0 or 1), and probabilities (0 to 1).
    """
    drawn = _Resampled(churned, said)
    figures = [drawn.figures_of(counts) for counts in _draws(len(churned), seed)]
    return {name: _ends(np.array([getattr(m, name) for m in figures])) for name in FIGURES}


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
            *_ends(np.array([getattr(x, name) - getattr(y, name) for x, y in pairs])),
        )
        for name in FIGURES
    }


def share_interval(n_such: float, n: int) -> Interval:
    """Return the 95 % interval of a share of `n` customers.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    """
    if n == 0:
        return 0.0, 1.0
    z2 = 1.96**2
    share = n_such / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = 1.96 / (1 + z2 / n) * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


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


def _ends(values: NDArray[np.float64]) -> Interval:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return float("nan"), float("nan")
    tail = 50 * (1 - LEVEL)
    # Averaged both ways, a swapped pair has exactly the mirrored ends.
    low = (np.percentile(finite, tail) - np.percentile(-finite, 100 - tail)) / 2
    high = (np.percentile(finite, 100 - tail) - np.percentile(-finite, tail)) / 2
    return float(low), float(high)
