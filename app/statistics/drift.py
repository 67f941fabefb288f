"""Drift: how far the distribution of a number has moved from the one that a bundle learned from."""

from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Thresholds of the population stability index in common use: below the first nothing has changed
# that matters, from the second on these are other customers (N. Siddiqi, "Credit Risk Scorecards",
# 2006, chapter 9).
MODERATE_DRIFT_FROM: Final = 0.1
STRONG_DRIFT_FROM: Final = 0.25
SMALLEST_SHARE: Final = (
    1e-4  # what an empty bin counts as: a share of 0 would make the index infinite
)


def shares_in_bins(
    values: NDArray[np.float64], inner_edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the share of missing values, followed by that of each bin; together they sum to 1.

    Parameters
    ----------
    values : float64 array of shape (n,)
        At least one; NaN = missing.
    inner_edges : float64 array of shape (m,)
        Ascending. Bin `i` holds ``edge[i - 1] <= value < edge[i]``; the first and the last bin are
        unbounded on their outer side.

    Returns
    -------
    float64 array of shape (m + 2,).
    """
    present = values[~np.isnan(values)]
    bins = np.searchsorted(inner_edges, present, side="right")
    counts = np.bincount(bins, minlength=len(inner_edges) + 1)
    return np.append(len(values) - len(present), counts) / len(values)


def population_stability_index(
    reference: NDArray[np.float64], shares: NDArray[np.float64]
) -> float:
    """Return the population stability index (PSI) of `shares` against `reference`; 0 = no drift.

    ``sum over bins of (share - reference) * log(share / reference)``, which is symmetric: Siddiqi
    (2006), chapter 9.

    Parameters
    ----------
    reference, shares : float64 arrays of the same shape
        Shares of the same bins, each summing to 1.
    """
    before = np.maximum(reference, SMALLEST_SHARE)
    now = np.maximum(shares, SMALLEST_SHARE)
    return float(np.sum((now - before) * np.log(now / before)))


def critical_stability_index(
    *, n: int, n_reference: int, n_bins: int, false_alarm_rate: float
) -> float:
    """Return the PSI that two samples of one population exceed with this rate (0 to 1).

    ``(1/n + 1/n_reference) * chi-square quantile`` with ``n_bins - 1`` degrees of freedom:
    B. Yurdakul, J. Naranjo, "Statistical Properties of the Population Stability Index", Journal of
    Risk Model Validation 14 (2020). The approximation is good where every bin expects at least ten
    customers.

    Parameters
    ----------
    n, n_reference : customers in the two samples.
    n_bins : bins that are not empty in both samples.
    """
    if n_bins < 2:  # noqa: PLR2004 - all customers in one bin: they cannot have moved
        return 0.0
    return (1 / n + 1 / n_reference) * _chi_square_quantile(1 - false_alarm_rate, n_bins - 1)


def _chi_square_quantile(probability: float, degrees_of_freedom: int) -> float:
    """Return an approximation: E. B. Wilson, M. M. Hilferty, PNAS 17 (1931), 684-688."""
    ninth = 2 / (9 * degrees_of_freedom)
    z = NormalDist().inv_cdf(probability)
    return float(degrees_of_freedom * (1 - ninth + z * sqrt(ninth)) ** 3)
