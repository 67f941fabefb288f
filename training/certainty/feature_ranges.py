"""Ranges of all features, and how they are widened until later customers seldom leave them.

A range as wide as what was observed would raise alarms by itself: later customers are older, and of
ninety features one is always at its extreme. So ranges are widened, feature by feature, until the
customers of a later snapshot leave them no more often than `ALARM_SHARE`.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.usual_ranges import UsualRanges
from app.features.catalogue import CATALOGUE, FEATURE_NAMES
from app.features.feature import ALL_TIME, days_looked_back

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALARM_SHARE: Final = 0.005  # aimed at in the next population; the promise is one in a hundred
# A thousandth at either end may be mistakes in the log, which must not make the range.
TRIM: Final = 0.0005
# By how much of its length a range is widened at either end; after the last step it is given up.
STEPS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, np.inf)
GIVEN_UP: Final = len(STEPS) - 1
# Silences, gaps and ages, which grow with the log. Days with a login or an order are counts.
IN_DAYS: Final = np.array([f.unit == "days" and f.window == ALL_TIME for f in CATALOGUE])
LOOKS_BACK: Final = np.array([days_looked_back(feature) for feature in CATALOGUE])


@dataclass(frozen=True, slots=True)
class FeatureRanges:
    """Trimmed ends of each feature, and which values outside them are let pass.

    Attributes
    ----------
    lower, upper : float64 arrays of shape (n_features,)
    step : int64 array of shape (n_features,)
        How far each range is widened: its position in `STEPS`.
    missing_is_usual, value_is_usual : bool arrays of shape (n_features,)
        Whether a missing value, or any value at all, was observed or is let pass.
    grows_by : days that features of ages and silences may grow by.
    """

    lower: Numbers
    upper: Numbers
    step: NDArray[np.int64]
    missing_is_usual: Flags
    value_is_usual: Flags
    grows_by: int

    @classmethod
    def of(cls, features: Numbers, *, log_days: int, grows_by: int) -> "FeatureRanges":
        """Return the narrowest ranges that hold nearly all of these customers.

        What looks back further than the log of `log_days` reaches cannot have a value yet, and may
        get one.
        """
        lower, upper = _trimmed_ends(features)
        missing, present = _occurring(features)
        step = np.zeros(len(lower), np.int64)
        return cls(lower, upper, step, missing, present | (log_days <= LOOKS_BACK), grows_by)

    def around(self, features: Numbers) -> "FeatureRanges":
        """Return ranges that hold these customers too, widened as much as these are."""
        lower, upper = _trimmed_ends(features)
        missing, present = _occurring(features)
        return replace(
            self,
            lower=np.fmin(self.lower, lower),
            upper=np.fmax(self.upper, upper),
            missing_is_usual=self.missing_is_usual | missing,
            value_is_usual=self.value_is_usual | present,
        )

    def widened(self, later: Numbers) -> "FeatureRanges":
        """Return ranges that at most `ALARM_SHARE` of these customers leave.

        The feature that raises most alarms goes first: its range is widened by a step or, where a
        value or its absence is what is new, that is let pass.
        """
        ranges = self
        outside = ranges.outside(later)
        while outside.any(axis=1).mean() > ALARM_SHARE:
            worst = int(outside.sum(axis=0).argmax())
            ranges = ranges.eased(worst, later[:, worst])
            outside[:, worst] = ranges.outside_of(worst, later[:, worst])
        return ranges

    def outside(self, features: Numbers) -> Flags:
        """Return which values lie outside, shape (n, n_features)."""
        columns = [self.outside_of(j, features[:, j]) for j in range(features.shape[1])]
        return np.column_stack(columns)

    def outside_of(self, feature: int, values: Numbers) -> Flags:
        """Return which values, shape (n,), lie outside the range of the feature at a position."""
        lower, upper = (ends[feature] for ends in self._ends())
        outside = ~self.value_is_usual[feature] | (values < lower) | (values > upper)
        return np.where(np.isnan(values), ~self.missing_is_usual[feature], outside)

    def eased(self, feature: int, later: Numbers) -> "FeatureRanges":
        """Return ranges that let more of the later values of one feature pass, by one step."""
        step = self.step.copy()
        missing, value = self.missing_is_usual.copy(), self.value_is_usual.copy()
        if not missing[feature] and np.isnan(later).any():
            missing[feature] = True
        elif not value[feature]:
            value[feature] = True
            step[feature] = GIVEN_UP
        else:
            step[feature] += 1
        return replace(self, step=step, missing_is_usual=missing, value_is_usual=value)

    def as_support(self) -> UsualRanges:
        """Return what the manifest says of the ranges."""
        lower, upper = (np.where(np.isfinite(ends), ends, np.nan) for ends in self._ends())
        names = np.asarray(FEATURE_NAMES)
        return UsualRanges(
            lower=tuple(lower.tolist()),
            upper=tuple(upper.tolist()),
            never_missing=tuple(names[~self.missing_is_usual].tolist()),
            never_present=tuple(names[~self.value_is_usual].tolist()),
        )

    @property
    def unwatched(self) -> tuple[str, ...]:
        """Features whose ranges were given up."""
        return tuple(np.asarray(FEATURE_NAMES)[self.step == GIVEN_UP].tolist())

    def _ends(self) -> tuple[Numbers, Numbers]:
        """Return the ends, widened on a scale that suits counts and amounts alike."""
        low = _compressed(np.fmin(self.lower, 0))  # to have none of something is never unusual
        high = _compressed(self.upper + np.where(IN_DAYS, self.grows_by, 0))
        given_up = self.step == GIVEN_UP
        widths = np.asarray(STEPS)[np.where(given_up, 0, self.step)]
        slack = np.where(given_up, np.inf, widths * np.nan_to_num(high - low))
        return _expanded(low - slack), _expanded(high + slack)


def _trimmed_ends(features: Numbers) -> tuple[Numbers, Numbers]:
    """Return both ends of each feature without the outermost values; NaN where it has none."""
    missing = np.isnan(features)
    ends = np.full((2, features.shape[1]), np.nan)
    for j in np.flatnonzero(~missing.all(axis=0)):
        present = features[~missing[:, j], j]
        ends[:, j] = np.quantile(present, [TRIM, 1 - TRIM], method="nearest")
    return ends[0], ends[1]


def _occurring(features: Numbers) -> tuple[Flags, Flags]:
    """Return of which features a missing value occurs, and of which any value does."""
    missing: Flags = np.isnan(features)
    return np.logical_or.reduce(missing), ~np.logical_and.reduce(missing)


def _compressed(values: Numbers) -> Numbers:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _expanded(values: Numbers) -> Numbers:
    with np.errstate(over="ignore"):
        return np.asarray(np.sign(values) * np.expm1(np.abs(values)))
