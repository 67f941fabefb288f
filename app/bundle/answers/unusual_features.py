"""Find the features of a customer that lie outside their usual ranges."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.usual_ranges import UsualRanges
from app.compiled.kernel import entry

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UnusualFeatures:
    """`UsualRanges` as arrays of shape (n_features,); -inf and inf = not bounded."""

    names: tuple[str, ...]
    lower: Floats
    upper: Floats
    missing_is_usual: NDArray[np.bool_]

    def any_in(self, features: Floats) -> NDArray[np.bool_]:
        """Return whether each customer has an unusual feature, shape (n,).

        Parameters
        ----------
        features : float64 array of shape (n, n_features), C-contiguous; NaN = missing.
        """
        found = np.empty(len(features), np.bool_)
        _find(features, self.lower, self.upper, self.missing_is_usual, found)
        return found

    def names_in(self, row: Floats) -> tuple[str, ...]:
        """Return the names of one customer's unusual features, in the order of the features."""
        outside = (row < self.lower) | (row > self.upper)
        unusual = np.where(np.isnan(row), ~self.missing_is_usual, outside)
        return tuple(self.names[i] for i in np.flatnonzero(unusual))


def build_unusual_features(ranges: UsualRanges, names: Sequence[str]) -> UnusualFeatures:
    """Return what finds unusual values of features in the order of `names`.

    Raises
    ------
    ValueError
        If `ranges` are those of another number of features, or name an unknown one.
    """
    if len(ranges.lower) != len(names):
        raise ValueError(f"usual ranges need {len(names)} features, got {len(ranges.lower)}")
    unknown = sorted({*ranges.never_missing, *ranges.never_present} - set(names))
    if unknown:
        raise ValueError(f"usual ranges name {unknown[0]!r}, which is not a feature of the bundle")
    lower, upper = np.array(ranges.lower), np.array(ranges.upper)
    never_present = np.isin(names, ranges.never_present)
    return UnusualFeatures(
        names=tuple(names),
        lower=np.where(never_present, np.inf, np.where(np.isnan(lower), -np.inf, lower)),
        upper=np.where(never_present, -np.inf, np.where(np.isnan(upper), np.inf, upper)),
        missing_is_usual=~np.isin(names, ranges.never_missing),
    )


@entry
def _find(
    features: Floats,
    lower: Floats,
    upper: Floats,
    missing_is_usual: NDArray[np.bool_],
    found: NDArray[np.bool_],
) -> None:
    for row in range(len(features)):
        unusual = False
        for j in range(len(lower)):
            x = features[row, j]
            if math.isnan(x):
                unusual |= not missing_is_usual[j]
            else:
                unusual |= x < lower[j] or x > upper[j]
        found[row] = unusual
