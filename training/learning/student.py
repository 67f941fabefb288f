"""The booster that serves: one small LightGBM model that says what its teacher says.

A teacher of thousands of trees and a second distribution cannot serve: explanations and speed rest
on one booster over the features. The student learns the teacher's probabilities (distillation).
They hold no noise, so a few small trees come near them; it takes the fewest that come as near as
many do, because each tree costs every answer time.
"""

from dataclasses import dataclass
from typing import Final

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from app.bundle.folder.manifest import Calibration
from app.features.catalogue import FEATURE_NAMES
from training.learning.merge_boosters import without_parameters
from training.learning.platt_scaling import intercept_for_base_rate

Numbers = NDArray[np.float64]

MAX_TREES: Final = 300
# How much log loss (nats per customer) the student may lose to one of MAX_TREES: a tenth of what
# back-tests on thousands of customers can tell apart.
TOLERATED_LOSS: Final = 1e-4
HELD_OUT: Final = 0.25  # of the rows, while the number of trees is chosen
# From this many rows on there is more to say than trees of 8 leaves say well: 15 leaves come nearer
# by 0.0001 nats per customer with fewer trees.
MANY_ROWS: Final = 50_000
PARAMETERS_OF_MANY: Final = {"num_leaves": 15, "learning_rate": 0.15}
PARAMETERS: Final = {
    "objective": "cross_entropy",  # takes targets between 0 and 1; same loss as "binary"
    "metric": "cross_entropy",
    "num_leaves": 8,  # more leaves need fewer trees, but make explanations slower (docs/quality.md)
    "min_data_in_leaf": 20,  # targets without noise: small leaves do not overfit them
    "learning_rate": 0.2,
    "feature_fraction": 0.6,
    "lambda_l2": 1.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,  # the same bytes on every machine
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Student:
    """The booster that serves, with its calibration.

    `rmse` is the root mean square distance of its margins from the teacher's, in log-odds.
    """

    booster_text: str
    calibration: Calibration
    n_trees: int
    rmse: float

    def probabilities_of(self, features: Numbers) -> Numbers:
        """Return churn probabilities (0 to 1), shape (n,)."""
        raw = raw_margins(self.booster_text, features)
        margins = self.calibration.slope * raw + self.calibration.intercept
        return np.asarray(expit(margins), dtype=np.float64)


def fit_student(
    features: Numbers, margins: Numbers, is_newest: NDArray[np.bool_], *, seed: int
) -> Student:
    """Return the student of a teacher's `margins`.

    Slope and intercept bring the student's margins to the teacher's on the newest rows, so that the
    mean probability there is the teacher's.

    Parameters
    ----------
    features : float64 array of shape (n, n_features)
    margins : float64 array of shape (n,), log-odds by the teacher.
    is_newest : bool array of shape (n,), whether a row is as of the cut-off.
    """
    targets = expit(margins)
    booster = _grow(features, targets, _enough_trees(features, targets, seed), seed)
    text = without_parameters(str(booster.model_to_string()))
    raw, wanted = raw_margins(text, features[is_newest]), margins[is_newest]
    slope = _slope(raw, wanted)
    intercept = intercept_for_base_rate(slope * raw, float(expit(wanted).mean()))
    rmse = float(np.sqrt(np.mean((slope * raw + intercept - wanted) ** 2)))
    return Student(text, Calibration(slope, intercept), booster.num_trees(), rmse)


def raw_margins(booster_text: str, features: Numbers) -> Numbers:
    """Return the raw margins of a booster, shape (n,)."""
    booster = lgb.Booster(model_str=booster_text)
    raw = booster.predict(features, raw_score=True, num_threads=1)
    return np.asarray(raw, dtype=np.float64)


def _enough_trees(features: Numbers, targets: Numbers, seed: int) -> int:
    """Return the fewest trees whose loss on held-out rows is within the tolerance of the best."""
    held_out = np.random.default_rng(seed).random(len(targets)) < HELD_OUT
    if held_out.all() or not held_out.any():
        return MAX_TREES
    parameters = _parameters(int((~held_out).sum()), seed)
    rows = _dataset(features[~held_out], targets[~held_out], parameters)
    watched = lgb.Dataset(features[held_out], targets[held_out], reference=rows, params=parameters)
    losses: dict[str, dict[str, list[float]]] = {}
    callbacks = [lgb.record_evaluation(losses)]
    lgb.train(parameters, rows, MAX_TREES, valid_sets=[watched], callbacks=callbacks)
    curve = np.array(losses["valid_0"]["cross_entropy"])
    return int(np.argmax(curve <= curve.min() + TOLERATED_LOSS)) + 1


def _grow(features: Numbers, targets: Numbers, n_trees: int, seed: int) -> lgb.Booster:
    parameters = _parameters(len(features), seed)
    return lgb.train(parameters, _dataset(features, targets, parameters), n_trees)


def _dataset(features: Numbers, targets: Numbers, parameters: dict[str, object]) -> lgb.Dataset:
    return lgb.Dataset(features, targets, feature_name=list(FEATURE_NAMES), params=parameters)


def _parameters(n_rows: int, seed: int) -> dict[str, object]:
    of_size = PARAMETERS_OF_MANY if n_rows >= MANY_ROWS else {}
    return {**PARAMETERS, **of_size, "seed": seed}


def _slope(raw: Numbers, wanted: Numbers) -> float:
    variance = float(np.var(raw))
    if variance == 0:
        return 1.0
    covariance = float(np.mean((raw - raw.mean()) * (wanted - wanted.mean())))
    return max(0.5, covariance / variance)
