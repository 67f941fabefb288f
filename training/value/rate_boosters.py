"""Boosters of what customers order and spend a day, over all features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from app.bundle.value.rate_booster import RateBooster
from app.features.catalogue import FEATURE_NAMES
from training.learning.merge_boosters import without_parameters

Numbers = NDArray[np.float64]

# Small trees, many rows per leaf, few rounds: as for churn, larger ones lose at earlier cut-offs.
N_TREES: Final = 200
MIN_ROWS: Final = 1000
SETTINGS: Final = {
    "num_leaves": 8,
    "min_data_in_leaf": 100,
    "learning_rate": 0.05,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.5,
    "lambda_l2": 1.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}


class RateFamily(NamedTuple):
    """What a booster fits: how the variance grows, as mean ** `power`, and LightGBM's settings."""

    power: float
    settings: Mapping[str, object]


COUNTS: Final = RateFamily(1.0, {"objective": "poisson"})
AMOUNTS: Final = RateFamily(1.5, {"objective": "tweedie", "tweedie_variance_power": 1.5})


@dataclass(frozen=True, slots=True)
class ObservedWindow:
    """Features as a window opened, (n, n_features), and the orders or amounts that came, (n,)."""

    features: Numbers
    happened: Numbers
    days: float


def fit_rate(
    observed: Sequence[ObservedWindow], *, family: RateFamily, seed: int
) -> RateBooster | None:
    """Return the rate that windows teach; `family` is COUNTS or AMOUNTS.

    None where there are fewer than a thousand rows, or nothing happened in them. Targets are
    divided by their mean, so that a leaf's ridge does not depend on the currency or the horizon.
    """
    if sum(len(part.happened) for part in observed) < MIN_ROWS:
        return None
    days = np.concatenate([np.full(len(part.happened), part.days) for part in observed])
    happened = np.maximum(np.concatenate([part.happened for part in observed]), 0.0)
    per_day = float(happened.sum() / days.sum())
    if not per_day > 0:
        return None
    table = lgb.Dataset(
        np.vstack([part.features for part in observed]),
        happened / days / per_day,
        weight=days / days.mean(),
        feature_name=list(FEATURE_NAMES),
        params={**SETTINGS, "seed": seed},
    )
    booster = lgb.train({**SETTINGS, **family.settings, "seed": seed}, table, N_TREES)
    return RateBooster(without_parameters(str(booster.model_to_string())), per_day)
