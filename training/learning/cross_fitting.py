"""Cross-fitting: one booster of small trees per fold of customers, merged into one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from training.hyperparameters import Hyperparameters
from training.learning.merge_boosters import mean_of_boosters

Numbers = NDArray[np.float64]

# LightGBM itself uses one thread, which gives the same bytes on every machine; folds run side by
# side.
N_WORKERS: Final = 2


@dataclass(frozen=True, slots=True)
class CrossFittedBooster:
    """One booster, and a margin for every row by trees that have not seen its customer.

    Attributes
    ----------
    booster_text : LightGBM's native text of the merged booster.
    margins : float64 array of shape (n_rows,)
        Out-of-fold raw margins (log-odds before calibration).
    n_trees : trees of the merged booster.
    fold_texts : the boosters before merging; how much they differ says how certain the mean is.
    """

    booster_text: str
    margins: Numbers
    n_trees: int
    fold_texts: tuple[str, ...]

    def margins_of(self, features: Numbers) -> Numbers:
        """Return the raw margins of other rows, shape (n,)."""
        booster = lgb.Booster(model_str=self.booster_text)
        raw = booster.predict(features, raw_score=True, num_threads=1)
        return np.asarray(raw, dtype=np.float64)


def cross_fit(
    features: Numbers,
    targets: Numbers,
    folds: NDArray[np.int64],
    *,
    names: tuple[str, ...],
    hyperparameters: Hyperparameters,
    seed: int,
    on_fold: Callable[[int], None] = lambda _done: None,
) -> CrossFittedBooster:
    """Return the merged booster of all folds.

    Parameters
    ----------
    features : float64 array of shape (n, n_features)
        NaN = not defined; LightGBM learns a side for it.
    targets : float64 array of shape (n,)
        0 to 1: what happened, or a teacher's probability of it.
    folds : int64 array of shape (n,)
        Fold of each row's customer.
    names : names of the features, in column order.
    on_fold : called with the number of folds that are done.
    """
    margins = np.full(len(targets), np.nan)
    table = _Table(features, targets, names)

    def grow(fold: int) -> str:
        held_out = folds == fold
        booster = _grow(table, held_out, hyperparameters, seed + fold)
        margins[held_out] = booster.predict(features[held_out], raw_score=True, num_threads=1)
        return str(booster.model_to_string(num_iteration=booster.best_iteration))

    texts: list[str] = []
    with ThreadPoolExecutor(N_WORKERS) as workers:
        for done, text in enumerate(workers.map(grow, range(hyperparameters.n_folds)), start=1):
            texts.append(text)
            on_fold(done)
    merged = mean_of_boosters(texts)
    n_trees = lgb.Booster(model_str=merged).num_trees()
    return CrossFittedBooster(merged, margins, n_trees, tuple(texts))


@dataclass(frozen=True, slots=True)
class _Table:
    features: Numbers
    targets: Numbers
    names: tuple[str, ...]


def _grow(
    table: _Table, held_out: NDArray[np.bool_], hyperparameters: Hyperparameters, seed: int
) -> lgb.Booster:
    """Return a booster of the other rows; it stops growing once those held out gain nothing."""
    parameters = _parameters(hyperparameters, len(table.targets), seed)
    rows = lgb.Dataset(
        table.features[~held_out],
        table.targets[~held_out],
        feature_name=list(table.names),
        params=parameters,
    )
    watched = lgb.Dataset(table.features[held_out], table.targets[held_out], reference=rows)
    return lgb.train(
        parameters,
        rows,
        hyperparameters.max_rounds,
        valid_sets=[watched],
        callbacks=[lgb.early_stopping(hyperparameters.patience, verbose=False)],
    )


def _parameters(hyperparameters: Hyperparameters, n_rows: int, seed: int) -> dict[str, object]:
    return {
        "objective": "cross_entropy",  # takes targets between 0 and 1; same loss as "binary"
        "metric": "cross_entropy",
        "num_leaves": hyperparameters.leaves_for(n_rows),
        "min_data_in_leaf": hyperparameters.min_rows_per_leaf,
        "learning_rate": hyperparameters.learning_rate,
        "bagging_fraction": hyperparameters.bagging_share,
        "bagging_freq": 1,
        "feature_fraction": hyperparameters.feature_share,
        "lambda_l2": hyperparameters.l2,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
