"""Fit, calibrate, and hold against what came later."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.manifest import Calibration
from app.features.catalogue import FEATURE_NAMES
from training.calibrate import calibrated, probabilities_of
from training.dataset import Dataset
from training.evaluate import Metrics, as_rfm, calibration_table, metrics_of, rfm_logistic
from training.fit import Fitted, Recipe, fit
from training.split import held_out_by_time

OUT_OF_TIME: Final = "out of time"
OUT_OF_FOLD: Final = "out of fold"


@dataclass(frozen=True, slots=True)
class Learned:
    """A fitted booster with its calibration."""

    fitted: Fitted
    calibration: Calibration

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return churn probabilities (0 to 1) of other rows, shape (n,)."""
        return probabilities_of(self.fitted.margins_of(features), self.calibration)


@dataclass(frozen=True, slots=True)
class Report:
    """How the settings did on rows they had not seen.

    Attributes
    ----------
    protocol : OUT_OF_TIME (the newest closed window, learned from windows closed before it) or,
        where the history is too short for that, OUT_OF_FOLD (other customers, same window).
    tested_at : snapshot that was tested, microseconds.
    ours, baseline : figures of the booster and of the recency-frequency-spend logistic regression.
    table : calibration table of the booster.
    """

    protocol: str
    tested_at: int
    ours: Metrics
    baseline: Metrics
    table: list[tuple[float, float, int]]


def learn(
    dataset: Dataset,
    folds: NDArray[np.int64],
    *,
    recipe: Recipe,
    seed: int,
    on_fold: Callable[[int], None] = lambda _done: None,
) -> Learned:
    """Return a booster of all rows, calibrated on its out-of-fold margins.

    Parameters
    ----------
    dataset : Dataset
    folds : int64 array of shape (n_customers,)
        Fold of every customer of the history.
    """
    fitted = fit(
        dataset.features,
        dataset.churned,
        folds[dataset.customer],
        names=FEATURE_NAMES,
        recipe=recipe,
        seed=seed,
        on_fold=on_fold,
    )
    newest = dataset.window == dataset.window.max()
    return Learned(fitted, calibrated(fitted.margins, dataset.churned, newest))


def held_out_report(
    dataset: Dataset,
    folds: NDArray[np.int64],
    *,
    event: str,
    recipe: Recipe,
    seed: int,
    on_fold: Callable[[int], None] = lambda _done: None,
) -> Report | None:
    """Return how booster and baseline do on the newest closed window, learned before it opened.

    None where no window closed before the newest one opened.
    """
    split = held_out_by_time(dataset)
    if split is None:
        return None
    earlier, test = dataset.rows(split[0]), dataset.rows(split[1])
    learned = learn(earlier, folds, recipe=recipe, seed=seed, on_fold=on_fold)
    return _report(OUT_OF_TIME, earlier, test, learned.probabilities(test.features), event)


def out_of_fold(dataset: Dataset, learned: Learned, *, event: str) -> Report:
    """Return how the final booster does on the newest window, each customer by trees blind to it.

    The intercept was fitted on these rows: the mean cannot miss, only the shape can.
    """
    rows = dataset.window == dataset.window.max()
    said = probabilities_of(learned.fitted.margins[rows], learned.calibration)
    return _report(OUT_OF_FOLD, dataset, dataset.rows(rows), said, event)


def _report(
    protocol: str, earlier: Dataset, test: Dataset, said: NDArray[np.float64], event: str
) -> Report:
    baseline = rfm_logistic(as_rfm(earlier.features, event), earlier.churned)
    said_by_baseline = baseline.predict_proba(as_rfm(test.features, event))[:, 1]
    return Report(
        protocol,
        test.windows[int(test.window.max())].as_of,
        metrics_of(test.churned, said),
        metrics_of(test.churned, said_by_baseline),
        calibration_table(test.churned, said),
    )
