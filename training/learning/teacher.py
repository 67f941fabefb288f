"""The teachers of the booster that serves, which know as much about churn as the history shows.

There are two teachers. The *booster teacher* learns from all features at snapshots whose label
windows have closed. The *rhythm teacher* (`training.learning.rhythm_teacher`) knows only when
customers had the event and what they spent, but for any horizon, and from windows that reach up to
the cut-off. Where rhythm explains nearly as much as all features do, the mean of both is better
than either, shifted to the base rate that `training.learning.base_rate` expects. Where features
know more (logins, tickets, contracts), the booster teaches alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from app.bundle.folder.manifest import Calibration
from app.domain.churn import ChurnKind
from app.features.catalogue import FEATURE_NAMES
from app.features.history import History
from app.statistics.scoring_rules import information_gain
from training.dataset.dataset import Dataset
from training.dataset.folds import folds_of
from training.dataset.snapshots import Window, matched_windows
from training.learning.base_rate import forecast_base_rate, match_base_rate, seasonal_shift
from training.learning.cross_fitting import CrossFittedBooster, cross_fit
from training.learning.platt_scaling import (
    calibration_slope,
    fit_calibration,
    intercept_for_base_rate,
)
from training.learning.rhythm_teacher import RhythmTeacher, fit_rhythm_teacher
from training.run import TrainingRun

Numbers = NDArray[np.float64]

# Rhythm joins where it gains at least this share of what the booster gains over the base rate. On
# order logs it gains 0.97 and more, on logs with logins and contracts about 0.85.
RHYTHM_JOINS_FROM: Final = 0.92


@dataclass(frozen=True, slots=True)
class Teacher:
    """The teachers that take part, and how their margins are brought to one base rate.

    Attributes
    ----------
    booster, calibration : None where no label window of the horizon has closed.
    rhythm : None for cancellation, and where the features know more.
    seasonal_shift : log-odds by which more churn than usual is expected, because there was more in
        the same season of last year.
    """

    booster: CrossFittedBooster | None
    calibration: Calibration | None
    rhythm: RhythmTeacher | None
    seasonal_shift: float = 0.0

    def margins_of(
        self, history: History, customers: NDArray[np.int64], features: Numbers, window: Window
    ) -> Numbers:
        """Return the log-odds of churn in `window` for the customers at these positions."""
        if self.booster is None or self.calibration is None:
            return self._rhythm().margins_of(history, customers, window)
        raw = self.booster.margins_of(features)
        by_features = self.calibration.slope * raw + self.calibration.intercept
        if self.rhythm is None:
            return by_features
        by_rhythm, by_btyd = self.rhythm.margins_and_btyd_of(history, customers, window)
        base_rate = forecast_base_rate(by_btyd, by_rhythm, raw) + self.seasonal_shift
        return match_base_rate((by_features + by_rhythm) / 2, base_rate)

    @property
    def name(self) -> str:
        """Which teachers take part, for the manifest and the card."""
        if self.rhythm is None:
            return "booster on all features"
        return "rhythm alone" if self.booster is None else "mean of booster and rhythm"

    def _rhythm(self) -> RhythmTeacher:
        if self.rhythm is None:
            raise ValueError("a teacher needs a booster or a rhythm, got neither")
        return self.rhythm


def fit_teacher(
    run: TrainingRun, dataset: Dataset | None, *, on_fold: Callable[[int], None]
) -> Teacher:
    """Return the teacher fitted on what was known at the cut-off.

    Parameters
    ----------
    dataset : rows of closed label windows; None where there are none.
    on_fold : called with the number of boosters that are done.
    """
    rhythm = _rhythm_teacher(run, () if dataset is None else dataset.windows)
    if dataset is None:
        return Teacher(None, None, rhythm)
    booster = _booster(run, dataset, on_fold)
    is_newest = dataset.window == dataset.window.max()
    calibration = fit_calibration(booster.margins, dataset.churned, is_newest)
    if rhythm is not None and not _explains_enough(rhythm, run.known, dataset, booster.margins):
        rhythm = None
    shift = seasonal_shift(dataset, booster.margins, as_of=run.cut_off)
    return Teacher(booster, calibration, rhythm, shift)


def _rhythm_teacher(run: TrainingRun, closed: tuple[Window, ...]) -> RhythmTeacher | None:
    if run.churn.kind is not ChurnKind.ABSENCE:
        return None
    windows = matched_windows(
        first_at=run.first_activity_at, until=run.cut_off, horizon_days=run.churn.horizon_days
    )
    if not windows:
        return None
    return fit_rhythm_teacher(run.known, run.churn.event, windows, closed=closed)


def _booster(
    run: TrainingRun, dataset: Dataset, on_fold: Callable[[int], None]
) -> CrossFittedBooster:
    n_folds = run.hyperparameters.n_folds
    folds = folds_of(run.known.customer_ids, n_folds=n_folds, seed=run.seed)
    return cross_fit(
        dataset.features,
        dataset.churned,
        folds[dataset.customer],
        names=FEATURE_NAMES,
        hyperparameters=run.hyperparameters,
        seed=run.seed,
        on_fold=on_fold,
    )


def _explains_enough(
    rhythm: RhythmTeacher, history: History, dataset: Dataset, by_booster: Numbers
) -> bool:
    """Return whether rhythm gains nearly as much as the booster, each at its best base rate.

    Measured on the newest closed window: further back, the log was younger than the rhythm that it
    is to show.
    """
    rows = dataset.window == dataset.window.max()
    churned, window = dataset.churned[rows], dataset.windows[int(dataset.window.max())]
    by_rhythm = rhythm.margins_of(history, dataset.customer[rows], window)
    gain = _best_gain(by_rhythm, churned)
    return gain >= RHYTHM_JOINS_FROM * _best_gain(by_booster[rows], churned)


def _best_gain(margins: Numbers, churned: Numbers) -> float:
    """Return what margins gain over the base rate once slope and intercept are fitted."""
    scaled = margins * calibration_slope(margins, churned)
    intercept = intercept_for_base_rate(scaled, float(churned.mean()))
    return information_gain(churned, expit(scaled + intercept))
