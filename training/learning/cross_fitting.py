"""Fitting the booster: small trees, one booster per fold of customers, merged into one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from training.learning.merge_boosters import mean_of_boosters

# One thread inside LightGBM: the same bytes on every machine. Folds run beside each other instead.
N_WORKERS: Final = 2


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """How boosters are grown; chosen by back-tests at earlier cut-offs (benchmarks/quality).

    Attributes
    ----------
    num_leaves, min_rows_per_leaf, rate : size and pace of the trees.
    many_rows, num_leaves_of_many, most_rows, num_leaves_of_most : from so many rows on, larger
        trees; they gain where there is more to know than rhythm, and cost order logs nothing.
    max_rounds, patience : growing stops when the fold's own held-out customers gain nothing more.
    n_folds : boosters that are merged; each leaves one fold of customers out.
    bagging_share, feature_share : rows and features that one tree sees.
    l2 : ridge on leaf values.
    """

    num_leaves: int = 8
    many_rows: int = 100_000
    num_leaves_of_many: int = 16
    most_rows: int = 250_000
    num_leaves_of_most: int = 31
    min_rows_per_leaf: int = 100
    rate: float = 0.06
    max_rounds: int = 500
    patience: int = 30
    n_folds: int = 4
    bagging_share: float = 0.7
    feature_share: float = 0.4
    l2: float = 5.0

    def leaves_for(self, n_rows: int) -> int:
        """Return the leaves of a tree that is grown from `n_rows` rows."""
        if n_rows >= self.most_rows:
            return self.num_leaves_of_most
        return self.num_leaves_of_many if n_rows >= self.many_rows else self.num_leaves


@dataclass(frozen=True, slots=True)
class CrossFittedBooster:
    """One booster, and for every row a margin by trees that have not seen its customer.

    Attributes
    ----------
    booster_text : LightGBM's native text of the merged booster.
    margins : float64 array of shape (n_rows,)
        Out-of-fold raw margins (log-odds before calibration).
    n_trees : trees of the merged booster.
    fold_texts : the boosters before merging; how they differ tells how sure the mean is.
    """

    booster_text: str
    margins: NDArray[np.float64]
    n_trees: int
    fold_texts: tuple[str, ...]

    def margins_of(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the raw margins of other rows, shape (n,)."""
        booster = lgb.Booster(model_str=self.booster_text)
        raw = booster.predict(features, raw_score=True, num_threads=1)
        return np.asarray(raw, dtype=np.float64)


def cross_fit(
    features: NDArray[np.float64],
    targets: NDArray[np.float64],
    folds: NDArray[np.int64],
    *,
    names: tuple[str, ...],
    hyperparameters: Hyperparameters,
    seed: int,
    weights: NDArray[np.float64] | None = None,
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
    weights : float64 array of shape (n,), optional
    """
    whole = np.ones(len(targets)) if weights is None else weights
    margins = np.full(len(targets), np.nan)
    texts: list[str] = []

    def grow(fold: int) -> str:
        return _grow(
            features, targets, whole, folds == fold, names, hyperparameters, seed + fold, margins
        )

    with ThreadPoolExecutor(N_WORKERS) as workers:
        for done, text in enumerate(workers.map(grow, range(hyperparameters.n_folds))):
            texts.append(text)
            on_fold(done + 1)
    merged = mean_of_boosters(texts)
    return CrossFittedBooster(
        merged, margins, lgb.Booster(model_str=merged).num_trees(), tuple(texts)
    )


def _grow(
    features: NDArray[np.float64],
    targets: NDArray[np.float64],
    weights: NDArray[np.float64],
    held_out: NDArray[np.bool_],
    names: tuple[str, ...],
    hyperparameters: Hyperparameters,
    seed: int,
    margins: NDArray[np.float64],
) -> str:
    parameters = _parameters(hyperparameters, len(targets), seed)
    train = lgb.Dataset(
        features[~held_out],
        targets[~held_out],
        weight=weights[~held_out],
        feature_name=list(names),
        params=parameters,
    )
    watch = lgb.Dataset(
        features[held_out], targets[held_out], weight=weights[held_out], reference=train
    )
    booster = lgb.train(
        parameters,
        train,
        hyperparameters.max_rounds,
        valid_sets=[watch],
        callbacks=[lgb.early_stopping(hyperparameters.patience, verbose=False)],
    )
    margins[held_out] = booster.predict(features[held_out], raw_score=True, num_threads=1)
    return str(booster.model_to_string(num_iteration=booster.best_iteration))


def _parameters(hyperparameters: Hyperparameters, n_rows: int, seed: int) -> dict[str, object]:
    return {
        "objective": "cross_entropy",  # takes targets between 0 and 1; same loss as "binary"
        "metric": "cross_entropy",
        "num_leaves": hyperparameters.leaves_for(n_rows),
        "min_data_in_leaf": hyperparameters.min_rows_per_leaf,
        "learning_rate": hyperparameters.rate,
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
