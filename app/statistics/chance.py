"""What samples do by themselves: how far figures stray although nothing has changed."""

from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.statistics.calibration import N_BINS, riskiest_first

N_DRAWS: Final = 400  # their 99th percentile is good to a tenth of itself
_Z95: Final = NormalDist().inv_cdf(0.975)


def rate_interval(n_happened: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate: E. B. Wilson, JASA 22 (1927), 209-212.

    Parameters
    ----------
    n_happened, n : how many, and of how many; n is at least 1.
    """
    rate, zz = n_happened / n, _Z95**2
    middle = (rate + zz / (2 * n)) / (1 + zz / n)
    half = _Z95 / (1 + zz / n) * sqrt(rate * (1 - rate) / n + zz / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def stability_by_chance(*, n: int, n_reference: int, n_bins: int, false_alarms: float) -> float:
    """Return the stability index that two samples of one population exceed only so often.

    It is about ``(1/n + 1/n_reference)`` times chi-square with ``n_bins - 1`` degrees of freedom:
    B. Yurdakul, J. Naranjo, "Statistical properties of the population stability index", Journal of
    Risk Model Validation 14 (2020). Good where a bin expects ten customers or more.

    Parameters
    ----------
    n, n_reference : customers in the two samples.
    n_bins : bins that anybody fell into.
    false_alarms : share of cases, 0 to 1, that may lie above though nothing has changed.
    """
    if n_bins < 2:  # noqa: PLR2004 - with one bin there is nothing to move to
        return 0.0
    return (1 / n + 1 / n_reference) * _chi_square(1 - false_alarms, n_bins - 1)


def calibration_error_by_chance(
    probabilities: NDArray[np.float64], *, false_alarms: float, seed: int = 0
) -> float:
    """Return the calibration error that probabilities which are true exceed only so often.

    Measured on outcomes drawn by the probabilities themselves: ten bins of a hundred customers
    stray by .1 although every probability is right.
    """
    said = probabilities[riskiest_first(probabilities)][::-1]
    sizes = [len(part) for part in np.array_split(said, min(N_BINS, len(said)))]
    starts = np.cumsum([0, *sizes[:-1]])
    rng = np.random.default_rng(seed)
    errors = [
        np.abs(np.add.reduceat((rng.random(len(said)) < said) - said, starts)).sum() / len(said)
        for _ in range(N_DRAWS)
    ]
    return float(np.quantile(errors, 1 - false_alarms))


def _chi_square(share: float, degrees: int) -> float:
    """Return the quantile of chi-square: E. B. Wilson, M. M. Hilferty, PNAS 17 (1931), 684-688."""
    ninth = 2 / (9 * degrees)
    return float(degrees * (1 - ninth + NormalDist().inv_cdf(share) * sqrt(ninth)) ** 3)
