"""Random boosters, and rows that try every way through them."""

import lightgbm
import numpy as np

N_FEATURES = 6
CATEGORICAL = 5  # the feature whose values are categories where a booster uses them


def random_rows(rng, n_rows) -> np.ndarray:
    """Rows with zeros, tiny numbers, missing values, infinities, and categories seen and unseen."""
    rows = rng.normal(size=(n_rows, N_FEATURES))
    rows[:, 1] = np.round(rows[:, 1])
    rows[:, CATEGORICAL] = rng.integers(0, 45, n_rows)
    for special, share in ((0.0, 0.1), (np.nan, 0.15), (1e-36, 0.02)):
        rows[rng.random(rows.shape) < share] = special
    return rows


def odd_rows(rng, n_rows) -> np.ndarray:
    """Rows that no training set holds."""
    rows = random_rows(rng, n_rows)
    for special in (np.inf, -np.inf, -1e-36, 1e-35, -1.0, -0.5, 70.5, 1e12, -1e12, 3e9):
        rows[rng.random(rows.shape) < 0.03] = special
    return rows


def random_booster(rng, *, n_trees, n_leaves, n_rows=400, **parameters) -> lightgbm.Booster:
    """A booster of made-up labels that depend on all features."""
    rows = random_rows(rng, n_rows)
    weights = rng.normal(size=N_FEATURES)
    filled = np.nan_to_num(rows, nan=0.7)
    filled[:, CATEGORICAL] = np.sin(filled[:, CATEGORICAL] * 1.7)
    labels = (filled @ weights + rng.normal(size=n_rows) > 0).astype(float)
    settings = {
        "objective": "binary",
        "num_leaves": max(n_leaves, 2),
        "min_data_in_leaf": 3,
        "min_data_per_group": 5,
        "cat_smooth": 1,
        "verbose": -1,
        "num_threads": 1,
        "seed": 3,
        "feature_pre_filter": False,
    }
    categorical = parameters.pop("categorical_feature", "auto")
    if n_leaves == 1:
        parameters["min_data_in_leaf"] = n_rows  # nothing can be split
    data = lightgbm.Dataset(
        rows,
        labels,
        params={"zero_as_missing": parameters.get("zero_as_missing", False)},
        categorical_feature=categorical,
    )
    return lightgbm.train(settings | parameters, data, num_boost_round=n_trees)
