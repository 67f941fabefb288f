"""The booster that serves: one small LightGBM that says what the teacher says.

A teacher of thousands of trees and a second map cannot serve: reasons and speed rest on one booster
on the features. A student learns the teacher's probabilities, which carry no noise, so few small
trees come near it; it takes the fewest that are as near as many, for every tree costs each answer.
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

MAX_TREES: Final = 300
# How much log loss (nats per customer) the student may lose to one of MAX_TREES: a tenth of what
# back-tests on thousands of customers can tell apart.
NOISE: Final = 1e-4
HELD_OUT: Final = 0.25  # of the rows, while the number of trees is chosen
# From so many rows on there is more to say than trees of 8 leaves say well: 15 leaves come nearer
# by 0.0001 nats per customer with fewer trees.
MANY_ROWS: Final = 50_000
PARAMETERS_OF_MANY: Final = {"num_leaves": 15, "learning_rate": 0.15}
PARAMETERS: Final = {
    "objective": "cross_entropy",  # takes targets between 0 and 1; same loss as "binary"
    "metric": "cross_entropy",
    "num_leaves": 8,  # more leaves need fewer trees, but more of both in reasons (docs/quality.md)
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
    """The served booster with its calibration, and how far it is from its teacher (log-odds)."""

    booster_text: str
    calibration: Calibration
    n_trees: int
    miss: float

    def probabilities_of(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return churn probabilities (0 to 1), shape (n,)."""
        raw = raw_margins(self.booster_text, features)
        margins = self.calibration.slope * raw + self.calibration.intercept
        return np.asarray(expit(margins), dtype=np.float64)


def fit_student(
    features: NDArray[np.float64],
    margins: NDArray[np.float64],
    newest: NDArray[np.bool_],
    *,
    seed: int,
) -> Student:
    """Return the student of a teacher's `margins`.

    Slope and intercept bring the student's margins to the teacher's on the `newest` rows, so that
    the mean probability there is the teacher's.

    Parameters
    ----------
    features : float64 array of shape (n, n_features)
    margins : float64 array of shape (n,), log-odds by the teacher
    newest : bool array of shape (n,), rows as of the cut-off
    """
    targets = expit(margins)
    booster = _grown(features, targets, _enough_trees(features, targets, seed), seed)
    text = without_parameters(str(booster.model_to_string()))
    raw, wanted = raw_margins(text, features[newest]), margins[newest]
    slope = _slope(raw, wanted)
    intercept = intercept_for_base_rate(slope * raw, float(expit(wanted).mean()))
    miss = float(np.sqrt(np.mean((slope * raw + intercept - wanted) ** 2)))
    return Student(text, Calibration(slope, intercept), booster.num_trees(), miss)


def _enough_trees(features: NDArray[np.float64], targets: NDArray[np.float64], seed: int) -> int:
    """Return the fewest trees whose loss on rows held out is within `NOISE` of the least."""
    held_out = np.random.default_rng(seed).random(len(targets)) < HELD_OUT
    if held_out.all() or not held_out.any():
        return MAX_TREES
    losses: dict[str, dict[str, list[float]]] = {}
    watched = (features[held_out], targets[held_out])
    _grown(features[~held_out], targets[~held_out], MAX_TREES, seed, watched, losses)
    curve = np.array(losses["valid_0"]["cross_entropy"])
    return int(np.argmax(curve <= curve.min() + NOISE)) + 1


def _grown(
    features: NDArray[np.float64],
    targets: NDArray[np.float64],
    n_trees: int,
    seed: int,
    watched: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    losses: dict[str, dict[str, list[float]]] | None = None,
) -> lgb.Booster:
    parameters = _parameters(len(features), seed)
    names = list(FEATURE_NAMES)
    rows = lgb.Dataset(features, targets, feature_name=names, params=parameters)
    if watched is None or losses is None:
        return lgb.train(parameters, rows, n_trees)
    watch = lgb.Dataset(*watched, reference=rows, params=parameters)
    callbacks = [lgb.record_evaluation(losses)]
    return lgb.train(parameters, rows, n_trees, valid_sets=[watch], callbacks=callbacks)


def _parameters(n_rows: int, seed: int) -> dict[str, object]:
    of_size = PARAMETERS_OF_MANY if n_rows >= MANY_ROWS else {}
    return {**PARAMETERS, **of_size, "seed": seed}


def raw_margins(booster_text: str, features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the raw margins of a booster, shape (n,)."""
    booster = lgb.Booster(model_str=booster_text)
    raw = booster.predict(features, raw_score=True, num_threads=1)
    return np.asarray(raw, dtype=np.float64)


def _slope(raw: NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    spread = float(np.var(raw))
    if spread == 0:
        return 1.0
    return max(0.5, float(np.mean((raw - raw.mean()) * (wanted - wanted.mean()))) / spread)
