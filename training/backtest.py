"""The whole way of learning, repeated at an earlier cut-off and held against what came later."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.bundle.quality import Metrics, calibration_table, metrics_of
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import TrainingRefused
from app.features.history import History
from training.baseline import as_rfm, rfm_logistic
from training.dataset import Dataset, dataset_of
from training.fit import Recipe
from training.histories import known_before
from training.learn import Learned, OnProgress, learn
from training.snapshots import Window, matched_windows

ENOUGH_TESTED: Final = 50  # customers; fewer tell nothing


@dataclass(frozen=True, slots=True)
class Report:
    """How the settings did on a window that nothing was learned from.

    Attributes
    ----------
    window : the window that was tested; of the horizon, or shorter where none of it has closed.
    ours, baseline : figures of the booster, and of a recency-frequency-spend logistic regression.
    table : calibration table of the booster.
    """

    window: Window
    ours: Metrics
    baseline: Metrics
    table: list[tuple[float, float, int]]


def report_on(
    known: History,
    churn: ChurnDefinition,
    learned: Learned,
    *,
    recipe: Recipe,
    seed: int,
    on_progress: OnProgress,
) -> Report | None:
    """Return how learning did out of time, None where the history is too short to tell.

    The newest closed window tests. Everything is learned again from what was known when it opened.
    """
    window = _tested_window(known, churn, learned)
    asked = replace(churn, horizon_days=window.days)
    before = known_before(known, moment=window.as_of)
    try:
        earlier = learn(
            before,
            asked,
            cut_off=window.as_of,
            recipe=recipe,
            seed=seed,
            stage="test",
            on_progress=on_progress,
        )
    except TrainingRefused:
        return None
    test = dataset_of(known, asked, (window,), seed=seed)
    if len(test.churned) < ENOUGH_TESTED:
        return None
    return _report(window, earlier, test, churn.event)


def _tested_window(known: History, churn: ChurnDefinition, learned: Learned) -> Window:
    newest = learned.dataset.windows[-1]
    if not learned.stretched or churn.kind is not ChurnKind.ABSENCE:
        return newest
    first_at = int(known.occurred_at.min())
    matched = matched_windows(
        first_at=first_at, until=newest.closes_at, horizon_days=churn.horizon_days
    )
    return matched[len(matched) // 2]


def _report(window: Window, earlier: Learned, test: Dataset, event: str) -> Report:
    said = earlier.student.probabilities_of(test.features)
    rows = earlier.dataset
    baseline = rfm_logistic(as_rfm(rows.features, event), rows.churned)
    said_by_baseline = np.asarray(baseline.predict_proba(as_rfm(test.features, event))[:, 1])
    return Report(
        window,
        metrics_of(test.churned, said),
        metrics_of(test.churned, said_by_baseline),
        calibration_table(test.churned, said),
    )
