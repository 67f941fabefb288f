"""What the served booster is taught: churn margins by everything that can know about them.

Two teachers. The *booster teacher* learns from all features at snapshots whose label windows have
closed. The *rhythm teacher* (`training.learning.rhythm_teacher`) knows only when a customer had the
event and what was spent, but at any horizon, and from windows that reach up to the cut-off. Where
rhythm explains nearly as much as all features do, their mean is better than either, at the level of
`training.learning.base_rate`; where features know more (logins, tickets, contracts), the booster
teaches alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from app.bundle.folder.manifest import Calibration
from app.domain.churn import ChurnDefinition, ChurnKind
from app.features.catalogue import FEATURE_NAMES
from app.features.history import History
from app.statistics.scoring_rules import information_gain
from training.dataset.dataset import Dataset
from training.dataset.snapshots import Window, matched_windows
from training.learning.base_rate import forecast_base_rate, match_base_rate, seasonal_shift
from training.learning.cross_fitting import CrossFittedBooster, Hyperparameters, cross_fit
from training.learning.platt_scaling import (
    calibration_slope,
    fit_calibration,
    intercept_for_base_rate,
)
from training.learning.rhythm_teacher import RhythmTeacher, fit_rhythm_teacher

# Rhythm joins where it gains at least this share of what the booster gains over the base rate. On
# order logs it gains 0.97 and more, on logs with logins and contracts about 0.85.
RHYTHM_JOINS_FROM: Final = 0.92


@dataclass(frozen=True, slots=True)
class Teacher:
    """Who teaches, and how their margins are put on one level.

    Attributes
    ----------
    booster, calibration : None where no label window of the horizon has closed.
    rhythm : None for cancellation, and where the features know more.
    season : log-odds by which more churn is expected than usual, from the same season last year.
    """

    booster: CrossFittedBooster | None
    calibration: Calibration | None
    rhythm: RhythmTeacher | None
    season: float = 0.0

    def margins_of(
        self,
        history: History,
        customers: NDArray[np.int64],
        features: NDArray[np.float64],
        window: Window,
    ) -> NDArray[np.float64]:
        """Return the log-odds of churn in `window` for the customers at these positions."""
        if self.booster is None or self.calibration is None:
            return self._rhythm().margins_of(history, customers, window)
        raw = self.booster.margins_of(features)
        by_features = _calibrated_margins(raw, self.calibration)
        if self.rhythm is None:
            return by_features
        by_rhythm, by_maps = self.rhythm.voices_of(history, customers, window)
        level = forecast_base_rate(by_maps, by_rhythm, raw) + self.season
        return match_base_rate((by_features + by_rhythm) / 2, level)

    @property
    def names(self) -> str:
        """Who teaches, for the card."""
        if self.rhythm is None:
            return "booster on all features"
        return "rhythm alone" if self.booster is None else "mean of booster and rhythm"

    def _rhythm(self) -> RhythmTeacher:
        if self.rhythm is None:
            raise ValueError("a teacher needs a booster or a rhythm, got neither")
        return self.rhythm


def fit_teacher(
    history: History,
    churn: ChurnDefinition,
    dataset: Dataset | None,
    folds: NDArray[np.int64],
    *,
    cut_off: int,
    hyperparameters: Hyperparameters,
    seed: int,
    on_fold: Callable[[int], None],
) -> Teacher:
    """Return the teacher fitted on what was known before `cut_off`.

    Parameters
    ----------
    dataset : Dataset or None
        Rows of closed label windows; None where there are none.
    folds : int64 array of shape (n_customers,)
    """
    closed = () if dataset is None else dataset.windows
    rhythm = _rhythm_of(history, churn, cut_off, closed)
    if dataset is None:
        return Teacher(None, None, rhythm)
    fitted = cross_fit(
        dataset.features,
        dataset.churned,
        folds[dataset.customer],
        names=FEATURE_NAMES,
        hyperparameters=hyperparameters,
        seed=seed,
        on_fold=on_fold,
    )
    newest = dataset.window == dataset.window.max()
    calibration = fit_calibration(fitted.margins, dataset.churned, newest)
    if rhythm is not None and not _explains_enough(rhythm, history, dataset, fitted.margins):
        rhythm = None
    season = seasonal_shift(dataset, fitted.margins, as_of=cut_off)
    return Teacher(fitted, calibration, rhythm, season)


def _rhythm_of(
    history: History, churn: ChurnDefinition, cut_off: int, closed: tuple[Window, ...]
) -> RhythmTeacher | None:
    if churn.kind is not ChurnKind.ABSENCE:
        return None
    first_at = int(history.occurred_at.min())
    windows = matched_windows(first_at=first_at, until=cut_off, horizon_days=churn.horizon_days)
    if not windows:
        return None
    return fit_rhythm_teacher(history, churn.event, windows, closed=closed)


def _explains_enough(
    rhythm: RhythmTeacher, history: History, dataset: Dataset, by_booster: NDArray[np.float64]
) -> bool:
    """Return whether rhythm gains nearly as much as the booster, each at its own best level.

    On the newest closed window: further back the log was younger than the rhythm it is to show.
    """
    rows = dataset.window == dataset.window.max()
    churned, window = dataset.churned[rows], dataset.windows[int(dataset.window.max())]
    gains = []
    for margins in (rhythm.margins_of(history, dataset.customer[rows], window), by_booster[rows]):
        steep = margins * calibration_slope(margins, churned)
        level = intercept_for_base_rate(steep, float(churned.mean()))
        gains.append(information_gain(churned, expit(steep + level)))
    return gains[0] >= RHYTHM_JOINS_FROM * gains[1]


def _calibrated_margins(raw: NDArray[np.float64], calibration: Calibration) -> NDArray[np.float64]:
    return calibration.slope * raw + calibration.intercept
