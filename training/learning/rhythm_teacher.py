"""Churn from rhythm alone, at any horizon: what buy-till-you-die says, corrected by what happened.

Two buy-till-you-die maps are fitted on what was known at a snapshot and asked about its horizon. A
logistic regression then learns, from windows that have closed, how to weigh and correct them.
Everything it looks at is free of scale (shares of the customer's age, logarithms of counts), so
what was learned on a window of half the history and half the horizon carries to the whole of both.

Where windows of the horizon have closed, two more voices join, which cannot stretch: a few trees
on top of the regression, and a second regression learned on windows of the horizon itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.history import History
from app.features.outcomes import code_of_event, happened_in
from training.dataset.history_slices import customer_of_events
from training.dataset.snapshots import Window
from training.learning.btyd import (
    LogLikelihood,
    Rhythms,
    bg_nbd,
    fit_parameters,
    pareto_nbd,
    silence_probability,
)
from training.learning.platt_scaling import intercept_for_base_rate

UNIT: Final = (
    7.0 * MICROSECONDS_PER_DAY
)  # the maps are fitted in weeks: parameters stay between 0.1 and 100
Maps = tuple[tuple[LogLikelihood, NDArray[np.float64]], ...]

N_MAPS: Final = 2
MIN_PROBABILITY: Final = 1e-4  # the maps' probabilities stay this far from 0 and 1
MAX_TAUGHT: Final = 60_000  # customers per window: eleven coefficients need no more
# Of 0 to 100 trees, 15 to 30 were best on a mean over four order logs; more of them only learn the
# noise of a log of a few hundred customers.
N_BENDS: Final = 20
BENDS: Final = {
    "objective": "binary",
    "num_leaves": 8,
    "min_data_in_leaf": 100,
    "learning_rate": 0.06,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.6,
    "lambda_l2": 5.0,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,  # the same bytes on every machine
    "verbose": -1,
}
STEADY_SHARE: Final = 1 / 3  # of the regression on windows of the horizon, in log-odds
HALVED_AFTER: Final = 1 / 3  # of the closed windows: the log was younger then than it is now


@dataclass(frozen=True, slots=True)
class RhythmTeacher:
    """What rhythm says of any window.

    Attributes
    ----------
    maps : None where they are fitted anew at every window that is asked about.
    regression : corrects the maps; learned on matched windows, which reach up to the cut-off.
    bends : LightGBM text of trees on top of it; None where it stretches to a longer horizon.
    steady : regression learned on closed windows of the horizon; None where there are none.
    """

    event: str
    maps: Maps | None
    regression: Pipeline
    bends: str | None = None
    steady: Pipeline | None = None

    def margins_of(
        self, history: History, customers: NDArray[np.int64], window: Window
    ) -> NDArray[np.float64]:
        """Return the log-odds of no event in the window for the customers at these positions.

        They must have had the event before ``window.as_of``. Their mean probability is the one of
        `regression`, whose windows are the newest.
        """
        return self.voices_of(history, customers, window)[0]

    def voices_of(
        self, history: History, customers: NDArray[np.int64], window: Window
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the log-odds of `margins_of`, and those of the maps before any correction."""
        found, described = rhythm_features_at(history, self.event, self.maps, window)
        rows = described[np.searchsorted(found, customers)]
        by_maps = rows[:, :N_MAPS].mean(axis=1)
        margins = np.asarray(self.regression.decision_function(rows), dtype=np.float64)
        if self.bends is not None:
            booster = lgb.Booster(model_str=self.bends)
            margins = margins + np.asarray(booster.predict(rows, raw_score=True, num_threads=1))
        if self.steady is None:
            return margins, by_maps
        steady = self.steady.decision_function(rows)
        mixed = (1 - STEADY_SHARE) * margins + STEADY_SHARE * steady
        return mixed + intercept_for_base_rate(mixed, float(expit(margins).mean())), by_maps


def fit_rhythm_teacher(
    history: History, event: str, windows: Sequence[Window], *, closed: Sequence[Window]
) -> RhythmTeacher | None:
    """Return the teacher fitted on what happened in `windows`, which all close before its use.

    None where everybody churned in them, or nobody: there is nothing to tell apart.

    Parameters
    ----------
    windows : matched windows, oldest first.
    closed : windows of the horizon that have closed, oldest first. Where there are none the teacher
        is stretched, and the maps are fitted anew at every snapshot: only so is a window of half
        the history and half the horizon like the whole of both. Else once, on all that is known,
        which is faster and no worse at earlier cut-offs.
    """
    newest = max(window.closes_at for window in windows)
    maps = maps_of(history, event, as_of=newest) if closed else None
    matched = _lesson(history, event, maps, windows)
    if matched is None:
        return None
    regression = _regression().fit(matched.rows, matched.churned)
    lesson = _lesson(history, event, maps, closed) if closed else None
    if lesson is None:
        return RhythmTeacher(event, maps, regression)
    steady = _regression().fit(
        lesson.rows, lesson.churned, logisticregression__sample_weight=lesson.weights
    )
    return RhythmTeacher(event, maps, regression, _bends(matched, regression), steady)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What the teacher looked at and what came; newer windows weigh more, where weights count."""

    rows: NDArray[np.float64]
    churned: NDArray[np.float64]
    weights: NDArray[np.float64]


def _lesson(
    history: History, event: str, maps: Maps | None, windows: Sequence[Window]
) -> _Lesson | None:
    rows, outcomes, weights = [], [], []
    for position, window in enumerate(reversed(windows)):
        customers, described = rhythm_features_at(history, event, maps, window, at_most=MAX_TAUGHT)
        happened = happened_in(history, event, start=window.as_of, end=window.closes_at)
        rows.append(described)
        outcomes.append(~happened[customers])
        age = position / max(1.0, (len(windows) - 1) * HALVED_AFTER)
        weights.append(np.full(len(customers), 0.5**age))
    churned = np.concatenate(outcomes)
    if churned.all() or not churned.any():
        return None
    return _Lesson(np.vstack(rows), churned.astype(np.float64), np.concatenate(weights))


def _regression() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))


def _bends(lesson: _Lesson, regression: Pipeline) -> str:
    offsets = regression.decision_function(lesson.rows)
    rows = lgb.Dataset(lesson.rows, lesson.churned, init_score=offsets, params=BENDS)
    return str(lgb.train(BENDS, rows, N_BENDS).model_to_string())


def maps_of(history: History, event: str, *, as_of: int) -> Maps:
    """Return both maps fitted on what was known at `as_of`.

    Eight numbers about the whole population, which no customer's label moves.
    """
    rhythms = rhythms_at(history, event, as_of=as_of)
    return tuple((kind, fit_parameters(kind, rhythms)) for kind in (bg_nbd, pareto_nbd))


def rhythms_at(history: History, event: str, *, as_of: int) -> Rhythms:
    """Return the rhythms, in weeks, of everybody who had the event before `as_of`."""
    return _rhythms(_seen(history, event, as_of), as_of)


def rhythm_features_at(
    history: History, event: str, maps: Maps | None, window: Window, *, at_most: int | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return who had the event before the window, and what the teacher looks at.

    Where there are more customers than `at_most`, an even part of them.

    Returns
    -------
    customers : int64 array of shape (n,), positions in the history, ascending.
    rows : float64 array of shape (n, 11)
        Log-odds of silence by BG/NBD and Pareto/NBD, log count, whether repeated, silence as a
        share of age (also where repeated), log spend in all, per event and where repeated, log of
        silence over mean gap, and last gap over silence.
    """
    seen = _seen(history, event, window.as_of)
    maps = maps or maps_of(history, event, as_of=window.as_of)
    seen = seen if at_most is None else seen.thinned(at_most)
    rhythms = _rhythms(seen, window.as_of)
    duration = (window.closes_at - window.as_of) / UNIT
    by_maps = [
        logit(
            np.clip(
                silence_probability(kind, fit, rhythms, duration),
                MIN_PROBABILITY,
                1 - MIN_PROBABILITY,
            )
        )
        for kind, fit in maps
    ]
    silence = rhythms.age - rhythms.last_at
    repeated = (rhythms.repeats > 0).astype(np.float64)
    mean_gap = rhythms.last_at / np.maximum(rhythms.repeats, 1.0)
    share = silence / np.maximum(rhythms.age, 1e-9)
    columns = [
        *by_maps,
        np.log1p(rhythms.repeats),
        repeated,
        share,
        np.log1p(seen.spend),
        np.log1p(seen.spend / seen.n_days),
        repeated * share,
        repeated * np.log1p(seen.spend),
        repeated * np.log1p(silence / np.maximum(mean_gap, 0.5)),
        np.clip(seen.last_gap / UNIT / np.maximum(silence, 0.5), 0.0, 5.0),
    ]
    return seen.customers, np.column_stack(columns)


def _rhythms(seen: "_Seen", as_of: int) -> Rhythms:
    last_at = (seen.last_at - seen.first_at) / UNIT
    return Rhythms(seen.n_days - 1.0, last_at, (as_of - seen.first_at) / UNIT)


@dataclass(frozen=True, slots=True)
class _Seen:
    """First and last day with the event, days with it, spend and the last gap, per customer."""

    customers: NDArray[np.int64]
    first_at: NDArray[np.float64]
    last_at: NDArray[np.float64]
    n_days: NDArray[np.float64]
    spend: NDArray[np.float64]
    last_gap: NDArray[np.float64]

    def thinned(self, at_most: int) -> "_Seen":
        """Return every so manieth customer, `at_most` or fewer."""
        step = max(1, -(-len(self.customers) // at_most))
        columns = (getattr(self, field.name)[::step] for field in fields(self))
        return _Seen(*columns)


def _seen(history: History, event: str, as_of: int) -> _Seen:
    keep = (
        (history.kind == code_of_event(event))
        & (history.occurred_at < as_of)
        & (history.received_at < as_of)
    )
    owner = customer_of_events(history)[keep]
    day = history.occurred_at[keep] // MICROSECONDS_PER_DAY
    moment = (day * MICROSECONDS_PER_DAY).astype(np.float64)
    spend = np.bincount(owner, weights=np.nan_to_num(np.maximum(history.amount[keep], 0.0)))
    # Several events on one day are one visit: the maps know no bursts.
    new_day = np.ones(len(owner), dtype=np.bool_)
    new_day[1:] = (owner[1:] != owner[:-1]) | (day[1:] != day[:-1])
    owner, moment = owner[new_day], moment[new_day]
    customers, first = np.unique(owner, return_index=True)
    last = np.append(first[1:], len(owner)) - 1
    last_gap = np.where(last > first, moment[last] - moment[np.maximum(last - 1, 0)], 0.0)
    n_days = (last - first + 1).astype(np.float64)
    return _Seen(customers, moment[first], moment[last], n_days, spend[customers], last_gap)
