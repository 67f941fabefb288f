"""Churn from purchase rhythm alone, at any horizon: buy-till-you-die, corrected by what happened.

Two buy-till-you-die distributions are fitted on what was known at a snapshot, and predict silence
over its horizon. A logistic regression learns from closed windows how to weigh and correct them.

Where windows of the whole horizon have closed, two more parts join that could not be carried over
to a longer horizon: a few trees on top of the regression, and a second regression learned on
windows of the horizon itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from app.features.history import History
from app.features.outcomes import happened_in
from training.dataset.snapshots import Window
from training.learning.platt_scaling import intercept_for_base_rate
from training.learning.rhythm_features import BtydFit, fit_btyd, rhythm_features_at

Numbers = NDArray[np.float64]

N_BTYD: Final = 2  # the first columns are their log-odds
MAX_ROWS_PER_WINDOW: Final = 60_000  # customers; eleven coefficients need no more
# Of 0 to 100 trees, 15 to 30 were best on average over four order logs; more of them only learn the
# noise of a log of a few hundred customers.
N_TREES: Final = 20
TREE_SETTINGS: Final = {
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
HORIZON_SHARE: Final = 1 / 3  # weight of the regression on windows of the horizon, in log-odds
HALVED_AFTER: Final = 1 / 3  # of the closed windows: the log was younger then than it is now


@dataclass(frozen=True, slots=True)
class RhythmTeacher:
    """What rhythm says of any window.

    Attributes
    ----------
    btyd : None where it is fitted anew for every window that is asked about.
    regression : corrects `btyd`; learned on matched windows, which reach up to the cut-off.
    trees : LightGBM text of trees on top of it; None where it is stretched to a longer horizon.
    horizon_regression : learned on closed windows of the horizon; None where there are none.
    """

    event: str
    btyd: tuple[BtydFit, ...] | None
    regression: Pipeline
    trees: str | None = None
    horizon_regression: Pipeline | None = None

    def margins_of(self, history: History, customers: NDArray[np.int64], window: Window) -> Numbers:
        """Return the log-odds of no event in the window for the customers at these positions.

        They must have had the event before ``window.as_of``. Their mean probability is that of
        `regression`, because its windows are the newest.
        """
        return self.margins_and_btyd_of(history, customers, window)[0]

    def margins_and_btyd_of(
        self, history: History, customers: NDArray[np.int64], window: Window
    ) -> tuple[Numbers, Numbers]:
        """Return the log-odds of `margins_of`, and those of buy-till-you-die before correction."""
        found, columns = rhythm_features_at(history, self.event, self.btyd, window)
        rows = columns[np.searchsorted(found, customers)]
        by_btyd = rows[:, :N_BTYD].mean(axis=1)
        margins = np.asarray(self.regression.decision_function(rows), dtype=np.float64)
        if self.trees is not None:
            booster = lgb.Booster(model_str=self.trees)
            margins = margins + np.asarray(booster.predict(rows, raw_score=True, num_threads=1))
        if self.horizon_regression is None:
            return margins, by_btyd
        by_horizon = self.horizon_regression.decision_function(rows)
        mixed = (1 - HORIZON_SHARE) * margins + HORIZON_SHARE * by_horizon
        return mixed + intercept_for_base_rate(mixed, float(expit(margins).mean())), by_btyd


def fit_rhythm_teacher(
    history: History, event: str, windows: Sequence[Window], *, closed: Sequence[Window]
) -> RhythmTeacher | None:
    """Return the teacher fitted on what happened in `windows`, which must close before its use.

    None where everybody churned in them, or nobody did: there is no difference to learn.

    Parameters
    ----------
    windows : matched windows, oldest first.
    closed : windows of the horizon that have closed, oldest first. Where there are none, the
        teacher is stretched, and buy-till-you-die is fitted anew at every snapshot: only then does
        a window of half the history and half the horizon resemble the whole of both. Otherwise it
        is fitted once, on all that is known, which is faster and no worse at earlier cut-offs.
    """
    newest = max(window.closes_at for window in windows)
    btyd = fit_btyd(history, event, as_of=newest) if closed else None
    matched = _examples(history, event, btyd, windows)
    if matched is None:
        return None
    regression = _regression().fit(matched.rows, matched.churned)
    of_horizon = _examples(history, event, btyd, closed) if closed else None
    if of_horizon is None:
        return RhythmTeacher(event, btyd, regression)
    horizon_regression = _regression().fit(
        of_horizon.rows, of_horizon.churned, logisticregression__sample_weight=of_horizon.weights
    )
    trees = _trees(matched, regression)
    return RhythmTeacher(event, btyd, regression, trees, horizon_regression)


@dataclass(frozen=True, slots=True)
class _Examples:
    """Rhythm columns, (n, 11), what came, and weights that are larger for newer windows, (n,)."""

    rows: Numbers
    churned: Numbers
    weights: Numbers


def _examples(
    history: History,
    event: str,
    btyd: tuple[BtydFit, ...] | None,
    windows: Sequence[Window],
) -> _Examples | None:
    """Return the examples that the windows give; None where all of them came out the same."""
    rows, outcomes, weights = [], [], []
    for position, window in enumerate(reversed(windows)):
        customers, columns = rhythm_features_at(
            history, event, btyd, window, at_most=MAX_ROWS_PER_WINDOW
        )
        happened = happened_in(history, event, start=window.as_of, end=window.closes_at)
        rows.append(columns)
        outcomes.append(~happened[customers])
        age = position / max(1.0, (len(windows) - 1) * HALVED_AFTER)
        weights.append(np.full(len(customers), 0.5**age))
    churned = np.concatenate(outcomes)
    if churned.all() or not churned.any():
        return None
    return _Examples(np.vstack(rows), churned.astype(np.float64), np.concatenate(weights))


def _regression() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))


def _trees(examples: _Examples, regression: Pipeline) -> str:
    offsets = regression.decision_function(examples.rows)
    rows = lgb.Dataset(examples.rows, examples.churned, init_score=offsets, params=TREE_SETTINGS)
    return str(lgb.train(TREE_SETTINGS, rows, N_TREES).model_to_string())
