"""The whole way of learning, repeated at an earlier cut-off and held against what came later."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import TrainingRefused
from app.features.history import History
from app.statistics.calibration import ReliabilityBin, calibration_table
from app.statistics.ranking import rank
from training.dataset.dataset import Dataset, dataset_of
from training.dataset.history_slices import known_before
from training.dataset.snapshots import Window, matched_windows
from training.learning.cross_fitting import Hyperparameters
from training.learning.learn import LearningResult, OnProgress, learn
from training.testing.baseline import as_rfm, rfm_logistic
from training.testing.holdout import Holdout, HoldoutMetrics, holdout_metrics_of, tiers_at
from training.tiers.cut_points import policy_by_shares

ENOUGH_TESTED: Final = 50  # customers; fewer tell nothing


@dataclass(frozen=True, slots=True)
class Backtest:
    """How the settings did on a window that nothing was learned from.

    Attributes
    ----------
    tested : the customers of the window; it is of the horizon, or shorter where none of it closed.
    figures : of the booster, and of a recency-frequency-spend logistic regression.
    """

    tested: Holdout
    figures: HoldoutMetrics

    @property
    def table(self) -> list[ReliabilityBin]:
        """The calibration table of the booster."""
        return calibration_table(rank(self.tested.churned, self.tested.said))


def backtest_newest(
    known: History,
    churn: ChurnDefinition,
    learned: LearningResult,
    *,
    hyperparameters: Hyperparameters,
    seed: int,
    on_progress: OnProgress,
) -> Backtest | None:
    """Return how learning did out of time, None where the history is too short to tell.

    The newest closed window tests. Everything is learned again from what was known when it opened.
    """
    window = _tested_window(known, churn, learned)
    return backtest_at(
        known, churn, window, hyperparameters=hyperparameters, seed=seed, on_progress=on_progress
    )


def backtest_at(
    known: History,
    churn: ChurnDefinition,
    window: Window,
    *,
    hyperparameters: Hyperparameters,
    seed: int,
    on_progress: OnProgress,
    stage: str = "test",
) -> Backtest | None:
    """Return how learning from what was known before `window` did in it; None if it cannot tell."""
    asked = replace(churn, horizon_days=window.days)
    before = known_before(known, moment=window.as_of)
    try:
        earlier = learn(
            before,
            asked,
            cut_off=window.as_of,
            hyperparameters=hyperparameters,
            seed=seed,
            stage=stage,
            on_progress=on_progress,
        )
    except TrainingRefused:
        return None
    test = dataset_of(known, asked, (window,), seed=seed)
    if len(test.churned) < ENOUGH_TESTED:
        return None
    tested = _tested(window, earlier, test, churn.event)
    return Backtest(tested, holdout_metrics_of(tested, seed=seed))


def _tested_window(known: History, churn: ChurnDefinition, learned: LearningResult) -> Window:
    newest = learned.dataset.windows[-1]
    if not learned.stretched or churn.kind is not ChurnKind.ABSENCE:
        return newest
    first_at = int(known.occurred_at.min())
    matched = matched_windows(
        first_at=first_at, until=newest.closes_at, horizon_days=churn.horizon_days
    )
    return matched[len(matched) // 2]


def _tested(window: Window, earlier: LearningResult, test: Dataset, event: str) -> Holdout:
    said = earlier.student.probabilities_of(test.features)
    policy = policy_by_shares(earlier.student.probabilities_of(earlier.population))
    return Holdout(
        window,
        test.features,
        test.churned,
        said,
        _said_by_baseline(earlier.dataset, test, event),
        tiers_at(said, policy),
    )


def _said_by_baseline(learned_from: Dataset, test: Dataset, event: str) -> NDArray[np.float64]:
    baseline = rfm_logistic(as_rfm(learned_from.features, event), learned_from.churned)
    return np.asarray(baseline.predict_proba(as_rfm(test.features, event))[:, 1], dtype=np.float64)
