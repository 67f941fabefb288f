"""The booster that serves: one small LightGBM that says what the teacher says.

A teacher of thousands of trees and a second map cannot serve: reasons and speed rest on one booster
on the features. A student that learns the teacher's probabilities, which carry no noise, needs few
trees to come within 0.05 log-odds of it.
"""

from dataclasses import dataclass
from typing import Final

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from app.bundle.manifest import Calibration
from app.features.catalogue import FEATURE_NAMES
from training.calibrate import intercept_for
from training.merge import without_parameters

N_TREES: Final = 300
# On 20,000 simulated customers larger trees gain 0.001 of the achievable; on fewer rows they would
# only be slower.
MANY_ROWS: Final = 50_000
NUM_LEAVES_OF_MANY: Final = 31
PARAMETERS: Final = {
    "objective": "cross_entropy",  # takes targets between 0 and 1; same loss as "binary"
    "num_leaves": 15,
    "min_data_in_leaf": 20,  # targets without noise: small leaves do not overfit them
    "learning_rate": 0.1,
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


def student_of(
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
    parameters = PARAMETERS | {"seed": seed}
    if len(features) >= MANY_ROWS:
        parameters["num_leaves"] = NUM_LEAVES_OF_MANY
    names = list(FEATURE_NAMES)
    rows = lgb.Dataset(features, expit(margins), feature_name=names, params=parameters)
    booster = lgb.train(parameters, rows, N_TREES)
    text = without_parameters(str(booster.model_to_string()))
    raw, wanted = raw_margins(text, features[newest]), margins[newest]
    slope = _slope(raw, wanted)
    intercept = intercept_for(slope * raw, float(expit(wanted).mean()))
    miss = float(np.sqrt(np.mean((slope * raw + intercept - wanted) ** 2)))
    return Student(text, Calibration(slope, intercept), booster.num_trees(), miss)


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
