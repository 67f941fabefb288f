"""How far a distribution has moved from the one that a bundle was trained on."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Below this a change is what samples do by themselves, from here on the bundle saw other customers:
# N. Siddiqi, "Credit Risk Scorecards" (2006), and every bank since.
MOVED_FROM: Final = 0.1
MOVED_FAR_FROM: Final = 0.25
SMALLEST_SHARE: Final = 1e-4  # an empty bin counts as this, or one customer would be infinitely new


def shares_in_bins(
    values: NDArray[np.float64], inner_edges: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the share of missing values, then that of each bin; they sum to 1.

    Parameters
    ----------
    values : float64 array of shape (n,)
        At least one; NaN = missing.
    inner_edges : float64 array of shape (m,)
        Ascending; bin i holds ``edge[i - 1] <= value < edge[i]``, the outer ones are open.

    Returns
    -------
    float64 array of shape (m + 2,).
    """
    present = values[~np.isnan(values)]
    bins = np.searchsorted(inner_edges, present, side="right")
    counts = np.bincount(bins, minlength=len(inner_edges) + 1)
    return np.append(len(values) - len(present), counts) / len(values)


def population_stability(reference: NDArray[np.float64], shares: NDArray[np.float64]) -> float:
    """Return the population stability index of `shares` against `reference`; 0 = nothing moved.

    Parameters
    ----------
    reference, shares : float64 arrays of the same shape
        Shares of the same bins, each summing to 1.
    """
    before = np.maximum(reference, SMALLEST_SHARE)
    now = np.maximum(shares, SMALLEST_SHARE)
    return float(np.sum((now - before) * np.log(now / before)))
