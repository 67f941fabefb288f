"""What the training population looked like, and which features of a customer are none of that."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.bundle.json_object import JsonObject
from app.compiled.kernel import entry

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Support:
    """The usual range of each feature, in the order of the bundle's features.

    Attributes
    ----------
    lower, upper : floats
        A value outside them is unusual; NaN = not bounded on this side.
    never_missing, never_present : names of features
        Where a missing value is unusual, or where any value is.
    """

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    never_missing: tuple[str, ...]
    never_present: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.lower) != len(self.upper):
            raise ValueError("support needs as many lower as upper ends")
        if any(a > b for a, b in zip(self.lower, self.upper, strict=True)):
            raise ValueError("the lower end of a usual range must not lie above its upper end")

    def as_json(self) -> dict[str, object]:
        """Return what the manifest says."""
        return {
            "lower": [None if math.isnan(value) else value for value in self.lower],
            "upper": [None if math.isnan(value) else value for value in self.upper],
            "never_missing": list(self.never_missing),
            "never_present": list(self.never_present),
        }


def read_support(fields: JsonObject) -> Support:
    """Return what `as_json` wrote; anything else is refused."""
    fields.allow_only("lower", "upper", "never_missing", "never_present")
    return Support(
        lower=fields.numbers_or_nan("lower"),
        upper=fields.numbers_or_nan("upper"),
        never_missing=fields.strings("never_missing"),
        never_present=fields.strings("never_present"),
    )


@dataclass(frozen=True, slots=True)
class UsualRanges:
    """A `Support` as arrays, ready to answer."""

    names: tuple[str, ...]
    lower: Numbers
    upper: Numbers
    missing_is_usual: NDArray[np.bool_]

    def left_by(self, features: Numbers) -> NDArray[np.bool_]:
        """Return which customers have an unusual feature, shape (n,).

        Parameters
        ----------
        features : float64 array of shape (n, n_features), C-contiguous; NaN = missing.
        """
        found = np.empty(len(features), np.bool_)
        _find_unusual(features, self.lower, self.upper, self.missing_is_usual, found)
        return found

    def unusual_in(self, row: Numbers) -> tuple[str, ...]:
        """Return the names of the unusual features of one customer, in the catalogue's order."""
        missing = np.isnan(row)
        unusual = np.where(missing, ~self.missing_is_usual, (row < self.lower) | (row > self.upper))
        return tuple(self.names[i] for i in np.flatnonzero(unusual))


def usual_ranges(support: Support, names: Sequence[str]) -> UsualRanges:
    """Return the ranges of features in the order of `names`.

    Raises
    ------
    ValueError
        If `support` speaks of another number of features, or of an unknown one.
    """
    if len(support.lower) != len(names):
        raise ValueError(f"support needs {len(names)} features, got {len(support.lower)}")
    unknown = sorted({*support.never_missing, *support.never_present} - set(names))
    if unknown:
        raise ValueError(f"support names {unknown[0]!r}, which is no feature of the bundle")
    lower, upper = np.array(support.lower), np.array(support.upper)
    empty = np.isin(names, support.never_present)
    return UsualRanges(
        names=tuple(names),
        lower=np.where(empty, np.inf, np.where(np.isnan(lower), -np.inf, lower)),
        upper=np.where(empty, -np.inf, np.where(np.isnan(upper), np.inf, upper)),
        missing_is_usual=~np.isin(names, support.never_missing),
    )


def warm_up() -> None:
    """Compile or load the kernel, so that no request ever waits for that."""
    ranges = usual_ranges(Support((0.0,), (1.0,), (), ()), ["one"])
    ranges.left_by(np.zeros((1, 1)))


@entry
def _find_unusual(
    features: Numbers,
    lower: Numbers,
    upper: Numbers,
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
