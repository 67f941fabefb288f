"""FLAML, where it is installed: what a search over learners and settings finds in a given time."""

from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from training.dataset.dataset import Dataset

Numbers = NDArray[np.float64]
LEARNERS = ["lgbm", "xgboost", "rf", "extra_tree"]  # what takes missing values


def is_installed() -> bool:
    """Return whether FLAML and what it insists on can be imported."""
    return all(find_spec(name) is not None for name in ("flaml", "pandas", "xgboost"))


def searched(rows: Dataset, asked: Numbers, *, seconds: int) -> Numbers:
    """Return the churn probabilities of `asked`, after searching for `seconds` on `rows`.

    It is told which rows are of one customer: without that it overfits beyond use.
    """
    search = import_module("flaml.automl.automl").AutoML()
    search.fit(
        rows.features,
        rows.churned.astype(int),
        task="classification",
        metric="log_loss",
        time_budget=seconds,
        estimator_list=LEARNERS,
        split_type="group",
        groups=rows.customer,
        n_jobs=1,
        seed=0,
        verbose=0,
    )
    return np.asarray(search.predict_proba(asked)[:, 1], dtype=np.float64)
