"""From margins to what people read: probabilities and percentiles."""

import math

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]


def rated(margins: Numbers, knots: Numbers) -> tuple[Numbers, Counts]:
    """Return the probabilities, 0 to 1, and the percentiles, 0 to 100, of log-odds; no one too big.

    The percentile is the percentage of the reference population with a smaller risk: `knots` are
    the probabilities that stand there, ascending.
    """
    probabilities, percentiles = np.empty(len(margins)), np.empty(len(margins), np.int64)
    _rate(np.ascontiguousarray(margins), knots, probabilities, percentiles)
    return probabilities, percentiles


def calibrate(contributions: Numbers, margins: Numbers, *, slope: float, intercept: float) -> None:
    """Turn raw contributions, shape (n, n_features + 1), and margins into calibrated ones.

    In place, both C-contiguous: as NumPy's operations they would take a single row ten times as
    long. The intercept goes to the base, the last column.
    """
    _calibrate(contributions, margins, float(slope), float(intercept))


def probabilities_of(margins: Numbers) -> Numbers:
    """Return the probabilities, 0 to 1, of log-odds; no margin is too large."""
    return rated(margins, np.zeros(1))[0]


@entry
def _rate(margins: Numbers, knots: Numbers, probabilities: Numbers, percentiles: Counts) -> None:
    for i in range(len(margins)):
        likelier = 1.0 / (1.0 + math.exp(-abs(margins[i])))
        probability = likelier if margins[i] >= 0.0 else 1.0 - likelier
        low, high = 0, len(knots)
        while low < high:  # the first knot that is not below
            middle = (low + high) // 2
            if knots[middle] < probability:
                low = middle + 1
            else:
                high = middle
        probabilities[i] = probability
        percentiles[i] = min(low, len(knots) - 1)


@entry
def _calibrate(contributions: Numbers, margins: Numbers, slope: float, intercept: float) -> None:
    n_columns = contributions.shape[1]
    for i in range(len(margins)):
        for j in range(n_columns):
            contributions[i, j] *= slope
        contributions[i, n_columns - 1] += intercept
        margins[i] = slope * margins[i] + intercept
