"""From margins to what people read: calibrated probabilities and percentiles."""

import math

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def probabilities_and_percentiles(margins: Floats, knots: Floats) -> tuple[Floats, Integers]:
    """Return the probabilities (0 to 1) and percentiles (0 to 100) of log-odds of any size.

    The percentile is the percentage of the reference population with a smaller probability.

    Parameters
    ----------
    margins : float64 array of shape (n,)
    knots : float64 array of shape (101,)
        Percentiles 0 to 100 of the probabilities in the reference population, ascending.
    """
    probabilities, percentiles = np.empty(len(margins)), np.empty(len(margins), np.int64)
    _compute(np.ascontiguousarray(margins), knots, probabilities, percentiles)
    return probabilities, percentiles


def calibrate_in_place(
    contributions: Floats, margins: Floats, *, slope: float, intercept: float
) -> None:
    """Turn raw contributions and margins into calibrated ones.

    Both arrays are changed, because NumPy's operations would take ten times as long for a single
    row. The intercept is added to the base.

    Parameters
    ----------
    contributions : float64 array of shape (n, n_features + 1), C-contiguous, the base last
    margins : float64 array of shape (n,)
    """
    _calibrate(contributions, margins, float(slope), float(intercept))


@entry
def _compute(margins: Floats, knots: Floats, probabilities: Floats, percentiles: Integers) -> None:
    for i in range(len(margins)):
        likelier = 1.0 / (1.0 + math.exp(-abs(margins[i])))  # never overflows
        probability = likelier if margins[i] >= 0.0 else 1.0 - likelier
        low, high = 0, len(knots)
        while low < high:  # bisection for the first knot that is not below
            middle = (low + high) // 2
            if knots[middle] < probability:
                low = middle + 1
            else:
                high = middle
        probabilities[i] = probability
        percentiles[i] = min(low, len(knots) - 1)


@entry
def _calibrate(contributions: Floats, margins: Floats, slope: float, intercept: float) -> None:
    n_columns = contributions.shape[1]
    for i in range(len(margins)):
        for j in range(n_columns):
            contributions[i, j] *= slope
        contributions[i, n_columns - 1] += intercept
        margins[i] = slope * margins[i] + intercept
