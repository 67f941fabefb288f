"""One back-test: learning repeated as of an earlier moment, and compared with what came later."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.churn import ChurnKind
from app.domain.errors import TrainingRefused
from app.statistics.calibration import ReliabilityBin, calibration_table
from app.statistics.ranking import rank
from training.dataset.dataset import Dataset, dataset_of
from training.dataset.snapshots import Window, matched_windows
from training.learning.learn import LearningResult, learn
from training.run import TrainingRun
from training.testing.baseline import as_rfm, rfm_logistic
from training.testing.holdout import Holdout, HoldoutMetrics, holdout_metrics_of
from training.tiers.assignment import tiers_of
from training.tiers.cut_points import policy_by_shares

MIN_TESTED: Final = 50  # customers; the metrics of fewer say nothing


@dataclass(frozen=True, slots=True)
class Backtest:
    """How learning did in a window that nothing was learned from.

    Attributes
    ----------
    holdout : the customers of the window, which is of the horizon, or shorter where none of that
        length has closed.
    metrics : of the booster, and of a logistic regression on recency, frequency and spend.
    """

    holdout: Holdout
    metrics: HoldoutMetrics

    @property
    def calibration_table(self) -> list[ReliabilityBin]:
        """What was predicted and what happened, by tenths of the customers."""
        return calibration_table(rank(self.holdout.churned, self.holdout.predicted))


def newest_window(run: TrainingRun, learning: LearningResult) -> Window:
    """Return the window of the out-of-time test: the newest one that has closed."""
    newest = learning.dataset.windows[-1]
    if not learning.stretched or run.churn.kind is not ChurnKind.ABSENCE:
        return newest
    matched = matched_windows(
        first_at=run.first_activity_at,
        until=newest.closes_at,
        horizon_days=run.churn.horizon_days,
    )
    return matched[len(matched) // 2]


def backtest(run: TrainingRun, window: Window, *, stage: str) -> Backtest | None:
    """Return how learning from what was known before `window` did in it.

    Progress is reported as `stage`. None where too little was known, or too few customers are there
    to test on.
    """
    earlier_run = run.back_at(window.as_of, horizon_days=window.days)
    try:
        earlier = learn(earlier_run, stage=stage)
    except TrainingRefused:
        return None
    tested = dataset_of(run.known, earlier_run.churn, (window,), seed=run.seed)
    if len(tested.churned) < MIN_TESTED:
        return None
    holdout = _holdout(window, earlier, tested, run.churn.event)
    return Backtest(holdout, holdout_metrics_of(holdout, seed=run.seed))


def _holdout(window: Window, earlier: LearningResult, tested: Dataset, event: str) -> Holdout:
    predicted = earlier.student.probabilities_of(tested.features)
    policy = policy_by_shares(earlier.student.probabilities_of(earlier.population))
    return Holdout(
        window,
        tested.features,
        tested.churned,
        predicted,
        _baseline(earlier.dataset, tested, event),
        tiers_of(predicted, policy),
    )


def _baseline(learned_from: Dataset, tested: Dataset, event: str) -> NDArray[np.float64]:
    regression = rfm_logistic(as_rfm(learned_from.features, event), learned_from.churned)
    probabilities = regression.predict_proba(as_rfm(tested.features, event))[:, 1]
    return np.asarray(probabilities, dtype=np.float64)
