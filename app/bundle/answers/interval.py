"""The interval around a probability that is meant to contain the customer's true probability."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.uncertainty import Uncertainty
from app.compiled.kernel import entry, part
from app.statistics.intervals import z_value

Floats = NDArray[np.float64]
Tables = tuple[Floats, Floats, Floats, Floats]

# An interval reaches at least one percentage point to either side: a bundle that learned from
# thousands cannot tell one in a hundred from one in a thousand, however sure its trees are.
MIN_HALF_WIDTH: Final = 0.01


@dataclass(frozen=True, slots=True)
class ProbabilityIntervals:
    """An `Uncertainty` as arrays.

    Attributes
    ----------
    coverage : share of intervals that are meant to contain the true probability.
    column : position of the feature that measures how much history a customer has.
    tables : `history_from`, `knots`, `below` and `above` of the `Uncertainty`.
    shared_and_z : the deviation that all customers share, and the number of deviations from the
        middle of an interval to its end.
    """

    coverage: float
    column: int
    tables: Tables
    shared_and_z: Floats

    def around(
        self, probabilities: Floats, margins: Floats, features: Floats
    ) -> tuple[Floats, Floats]:
        """Return the lower and upper ends (0 to 1), each of shape (n,).

        Each interval contains its probability, and neither end falls where the margin rises.

        Parameters
        ----------
        probabilities, margins : float64 arrays of shape (n,)
        features : float64 array of shape (n, n_features), C-contiguous
        """
        low, high = np.empty(len(margins)), np.empty(len(margins))
        _write_ends(
            self.tables,
            self.shared_and_z,
            features,
            self.column,
            margins,
            probabilities,
            low,
            high,
        )
        return low, high


def build_intervals(uncertainty: Uncertainty, names: Sequence[str]) -> ProbabilityIntervals:
    """Return the intervals for features in the order of `names`.

    Raises
    ------
    ValueError
        If the feature that measures the amount of history is not among `names`.
    """
    if uncertainty.history_feature not in names:
        raise ValueError(
            f"uncertainty names {uncertainty.history_feature!r}, which is not a feature of the "
            "bundle"
        )
    return ProbabilityIntervals(
        coverage=uncertainty.coverage,
        column=names.index(uncertainty.history_feature),
        tables=(
            np.array(uncertainty.history_from, dtype=np.float64),
            np.array(uncertainty.knots, dtype=np.float64),
            np.array(uncertainty.below, dtype=np.float64),
            np.array(uncertainty.above, dtype=np.float64),
        ),
        shared_and_z=np.array([uncertainty.shared_deviation, z_value(uncertainty.coverage)]),
    )


@entry
def _write_ends(
    tables: Tables,
    shared_and_z: Floats,
    features: Floats,
    column: int,
    margins: Floats,
    probabilities: Floats,
    low: Floats,
    high: Floats,
) -> None:
    history_from, knots, below, above = tables
    for i in range(len(margins)):
        row = 0
        while row < len(history_from) and features[i, column] >= history_from[row]:
            row += 1
        left, right, weight = _position(knots, margins[i])
        own_below = (1 - weight) * below[row, left] + weight * below[row, right]
        own_above = (1 - weight) * above[row, left] + weight * above[row, right]
        shared = shared_and_z[0] * shared_and_z[0]
        down = shared_and_z[1] * math.sqrt(shared + own_below * own_below)
        up = shared_and_z[1] * math.sqrt(shared + own_above * own_above)
        p = probabilities[i]
        low[i] = max(0.0, min(p - MIN_HALF_WIDTH, 1 / (1 + math.exp(down - margins[i]))))
        high[i] = min(1.0, max(p + MIN_HALF_WIDTH, 1 / (1 + math.exp(-up - margins[i]))))


@part
def _position(knots: Floats, margin: float) -> tuple[int, int, float]:
    """Return the knots around a margin and the weight of the right one, for interpolation."""
    last, right = len(knots) - 1, 0
    while right <= last and knots[right] < margin:
        right += 1
    left = max(right - 1, 0)
    right = min(right, last)
    weight = 0.0
    if left < right:
        weight = (margin - knots[left]) / (knots[right] - knots[left])
    return left, right, weight
