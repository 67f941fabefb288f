"""What the training population looked like: ranges that later customers seldom leave by chance.

A range as wide as what was seen would raise alarms by itself: later customers are older, and of
ninety features one is always at its extreme. So ranges are widened, feature by feature, until the
customers of a later snapshot leave them no more often than `ALARM_SHARE`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.usual_ranges import UsualRanges
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.catalogue import CATALOGUE, FEATURE_NAMES
from app.features.feature import ALL_TIME, days_looked_back
from training.dataset.dataset import Dataset

Numbers = NDArray[np.float64]

ALARM_SHARE: Final = 0.005  # wanted of the next population; the promise is one in a hundred
MIN_CUSTOMERS: Final = 300  # in fewer nobody can tell one in two hundred
# A thousandth at either end may be mistakes in the log: they must not make the range.
TRIM: Final = 0.0005
# By how much of its length a range is widened at either end; then it is given up.
STEPS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, np.inf)
# Silences, gaps and ages: they grow with the log. Days with a login or order are counts.
IN_DAYS: Final = np.array([f.unit == "days" and f.window == ALL_TIME for f in CATALOGUE])
LOOKS_BACK: Final = np.array([days_looked_back(feature) for feature in CATALOGUE])
MAX_CUSTOMERS: Final = 50_000  # a sample of either population; more moves no range


@dataclass(frozen=True, slots=True)
class UsualRangesReport:
    """Ranges, and how often customers left them who came later.

    Attributes
    ----------
    alarm_share : share (0 to 1) of today's population outside ranges that were made without it,
        from what an earlier snapshot and the next one showed; None where there is one pair alone.
    unwatched : features of which any value is taken: their ranges moved too much over time.
    """

    support: UsualRanges
    alarm_share: float | None
    unwatched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PopulationSnapshot:
    """Features of the population as of a moment, shape (n, n_features), and the age of the log."""

    features: Numbers
    log_days: int


def usual_ranges_of(
    snapshots: list[PopulationSnapshot], today: PopulationSnapshot, *, horizon_days: int
) -> UsualRangesReport | None:
    """Return the ranges for customers like today's; None where too few customers show them.

    Parameters
    ----------
    snapshots : earlier populations, oldest first, about a horizon apart.
    today : the population as of the cut-off.
    horizon_days : by so much a bundle may age before it learns again: what is counted in days may
        have grown by as many.
    """
    moments = [_thinned(each) for each in snapshots if len(each.features) >= MIN_CUSTOMERS]
    if not moments or len(today.features) < MIN_CUSTOMERS:
        return None
    now, alarm_share = _thinned(today), None
    if len(moments) > 1:  # one pair to choose by, and another to test on
        chosen = _Ranges.of(moments[:-1], grown_by=horizon_days).widened(moments[-1].features)
        ranges = chosen.around(moments[-1].features)
        alarm_share = float(ranges.left_by(now.features).any(axis=1).mean())
    widened = _Ranges.of(moments, grown_by=horizon_days).widened(now.features)
    ranges = widened.around(now.features)
    return UsualRangesReport(ranges.support(), alarm_share, ranges.unwatched)


def comparison_snapshots(dataset: Dataset, *, first_at: int, days: int) -> list[PopulationSnapshot]:
    """Return two snapshots, oldest first: the newest, and one so many days before.

    Where none is so old, the oldest; only one where there is no other. `first_at` is when the log
    begins (microseconds).
    """
    newest = len(dataset.windows) - 1
    moment = dataset.windows[newest].as_of - days * MICROSECONDS_PER_DAY
    older = [i for i, window in enumerate(dataset.windows) if window.as_of <= moment]
    chosen = sorted({older[-1] if older else 0, newest})
    return [
        PopulationSnapshot(
            dataset.features[dataset.window == position],
            (dataset.windows[position].as_of - first_at) // MICROSECONDS_PER_DAY,
        )
        for position in chosen
    ]


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Trimmed ends of each feature, and what of it is still watched.

    `step` is the position in `STEPS` of each feature; `gaps` and `values` whether a missing value,
    or any value, of it was seen or is let pass.
    """

    lower: Numbers
    upper: Numbers
    step: NDArray[np.int64]
    gaps: NDArray[np.bool_]
    values: NDArray[np.bool_]
    grown_by: int

    @classmethod
    def of(cls, moments: list[PopulationSnapshot], *, grown_by: int) -> "_Ranges":
        """Return the narrowest ranges that hold nearly all of these customers, days later too.

        What looks back further than the log does cannot have a value yet: it may get one.
        """
        lower, upper, gaps, values = _seen(np.vstack([each.features for each in moments]))
        values = values | (moments[-1].log_days <= LOOKS_BACK)
        return cls(lower, upper, np.zeros(len(lower), np.int64), gaps, values, grown_by)

    def around(self, rows: Numbers) -> "_Ranges":
        """Return ranges that hold these customers too, as wide around them as these are."""
        lower, upper, gaps, values = _seen(rows)
        return _Ranges(
            np.fmin(self.lower, lower),
            np.fmax(self.upper, upper),
            self.step,
            self.gaps | gaps,
            self.values | values,
            self.grown_by,
        )

    def widened(self, later: Numbers) -> "_Ranges":
        """Return ranges that at most `ALARM_SHARE` of these customers leave.

        The alarm that most of them raise goes first: its range is widened by a step, or, where a
        value or its absence is what is new, that is let pass.
        """
        ranges = self
        left = ranges.left_by(later)
        while left.any(axis=1).mean() > ALARM_SHARE:
            worst = int(left.sum(axis=0).argmax())
            ranges = ranges._eased(worst, later)
            left[:, worst] = ranges.left_by(later[:, worst : worst + 1], at=worst)[:, 0]
        return ranges

    def left_by(self, rows: Numbers, *, at: int | None = None) -> NDArray[np.bool_]:
        """Return which values lie outside, shape of `rows`: of all features, or of the one `at`."""
        which = slice(None) if at is None else slice(at, at + 1)
        lower, upper = self._ends()
        missing = np.isnan(rows)
        outside = ~self.values[which] | (rows < lower[which]) | (rows > upper[which])
        return np.where(missing, ~self.gaps[which], outside)

    def support(self) -> UsualRanges:
        """Return what the manifest says of them."""
        lower, upper = (np.where(np.isfinite(ends), ends, np.nan) for ends in self._ends())
        names = np.asarray(FEATURE_NAMES)
        return UsualRanges(
            lower=tuple(lower.tolist()),
            upper=tuple(upper.tolist()),
            never_missing=tuple(names[~self.gaps].tolist()),
            never_present=tuple(names[~self.values].tolist()),
        )

    @property
    def unwatched(self) -> tuple[str, ...]:
        """Features whose ranges were given up."""
        return tuple(np.asarray(FEATURE_NAMES)[self.step == len(STEPS) - 1].tolist())

    def _eased(self, feature: int, later: Numbers) -> "_Ranges":
        step, gaps, values = self.step.copy(), self.gaps.copy(), self.values.copy()
        missing = np.isnan(later[:, feature])
        if not gaps[feature] and missing.any():
            gaps[feature] = True
        elif not values[feature]:
            values[feature] = True
            step[feature] = len(STEPS) - 1
        else:
            step[feature] += 1
        return _Ranges(self.lower, self.upper, step, gaps, values, self.grown_by)

    def _ends(self) -> tuple[Numbers, Numbers]:
        """Return the ends, widened on a scale on which counts and amounts are about even."""
        low = _compressed(np.fmin(self.lower, 0))  # to have none of something is never unusual
        high = _compressed(self.upper + np.where(IN_DAYS, self.grown_by, 0))
        given_up = self.step == len(STEPS) - 1
        widths = np.asarray(STEPS)[np.where(given_up, 0, self.step)]
        slack = np.where(given_up, np.inf, widths * np.nan_to_num(high - low))
        return _expanded(low - slack), _expanded(high + slack)


def _seen(
    rows: Numbers,
) -> tuple[Numbers, Numbers, NDArray[np.bool_], NDArray[np.bool_]]:
    missing: NDArray[np.bool_] = np.isnan(rows)
    ends = np.full((2, rows.shape[1]), np.nan)
    for j in np.flatnonzero(~missing.all(axis=0)):
        present = rows[~missing[:, j], j]
        ends[:, j] = np.quantile(present, [TRIM, 1 - TRIM], method="nearest")
    gaps, values = np.logical_or.reduce(missing), ~np.logical_and.reduce(missing)
    return ends[0], ends[1], np.asarray(gaps), np.asarray(values)


def _thinned(snapshot: PopulationSnapshot) -> PopulationSnapshot:
    step = max(1, -(-len(snapshot.features) // MAX_CUSTOMERS))
    return PopulationSnapshot(snapshot.features[::step], snapshot.log_days)


def _compressed(values: Numbers) -> Numbers:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _expanded(values: Numbers) -> Numbers:
    with np.errstate(over="ignore"):
        return np.asarray(np.sign(values) * np.expm1(np.abs(values)))
