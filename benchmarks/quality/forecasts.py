"""What we and the peers say about the same customers, each from the same closed past."""

from collections.abc import Callable
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from app.features.catalogue import FEATURE_INDEX
from app.features.outcomes import churned
from app.features.population import in_population
from benchmarks.quality.logs import Case
from benchmarks.quality.searched import is_installed, searched
from training.dataset.dataset import Dataset
from training.dataset.history_slices import known_before
from training.learning.btyd import silence_probability
from training.learning.learn import learn
from training.learning.rhythm_features import UNIT, fit_btyd, rhythms_at
from training.run import TrainingRun
from training.testing.baseline import as_rfm, rfm_logistic

Numbers = NDArray[np.float64]
N_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Outcomes (0 or 1) of the tested customers, and what each peer said, by name; shape (n,)."""

    outcomes: Numbers
    truth: Numbers | None
    said: dict[str, Numbers]


def forecasts_of(case: Case, *, search_seconds: int) -> Forecasts:
    """Return our probabilities and those of every peer for everybody in the population.

    FLAML searches for `search_seconds`, where it is installed and they are not 0. Where the true
    probabilities are known, a booster that is taught them, which no log could, stands beside the
    peers: what our features can express.
    """
    known = known_before(case.history, moment=case.until)
    learned = learn(TrainingRun(known=known, churn=case.churn, cut_off=case.until))
    everybody = np.flatnonzero(in_population(known, case.churn, as_of=case.until))
    said = {"ours": learned.student.probabilities_of(learned.population)}
    said |= _peers(learned.dataset, learned.population, case.churn.event)
    duration = case.churn.horizon_days * 24 * 3600 * 1_000_000 / UNIT
    rhythms = rhythms_at(known, case.churn.event, as_of=case.until)
    btyd = fit_btyd(known, case.churn.event, as_of=case.until)
    for name, (kind, parameters) in zip(("BG/NBD", "Pareto/NBD"), btyd, strict=True):
        said[name] = silence_probability(kind, parameters, rhythms, duration)
    rows = learned.dataset
    if search_seconds and is_installed():
        name = f"FLAML, {search_seconds} s"
        said[name] = searched(rows, learned.population, seconds=search_seconds)
    outcomes = case.outcomes
    if outcomes is None:
        outcomes = churned(case.history, case.churn, as_of=case.until).astype(np.float64)
    truth = None if case.truth is None else case.truth[everybody]
    if truth is not None:
        said["taught the truth itself"] = _taught_the_truth(learned.population, truth)
    return Forecasts(outcomes[everybody], truth, said)


def _peers(rows: Dataset, population: Numbers, event: str) -> dict[str, Numbers]:
    recency = [FEATURE_INDEX["days_since_order"]]
    # HistGradientBoosting cannot bin a column in which nobody has a value.
    filled = ~np.isnan(rows.features).all(axis=0)
    fits: dict[str, Callable[[], Numbers]] = {
        "recency": lambda: _chance(
            LogisticRegression().fit(np.log1p(rows.features[:, recency]), rows.churned),
            np.log1p(population[:, recency]),
        ),
        "RFM logistic": lambda: _chance(
            rfm_logistic(as_rfm(rows.features, event), rows.churned), as_rfm(population, event)
        ),
        "LightGBM defaults": lambda: _lightgbm(rows, population),
        "HistGradientBoosting defaults": lambda: _chance(
            HistGradientBoostingClassifier(random_state=0).fit(
                rows.features[:, filled], rows.churned
            ),
            population[:, filled],
        ),
    }
    return {name: fit() for name, fit in fits.items()}


def _chance(fitted: object, rows: Numbers) -> Numbers:
    return np.asarray(fitted.predict_proba(rows)[:, 1])  # type: ignore[attr-defined] # any classifier


def _lightgbm(rows: Dataset, population: Numbers) -> Numbers:
    parameters = {"objective": "binary", "verbose": -1, "num_threads": 1, "seed": 0}
    data = lgb.Dataset(rows.features, rows.churned, params=parameters)
    return np.asarray(lgb.train(parameters, data).predict(population, num_threads=1))


def _taught_the_truth(population: Numbers, truth: Numbers) -> Numbers:
    """Return what a large booster says of each fifth, taught the true chances of the others."""
    parameters = {
        "objective": "cross_entropy",
        "num_leaves": 63,
        "min_data_in_leaf": 50,
        "learning_rate": 0.05,
        "feature_fraction": 0.5,
        "lambda_l2": 5.0,
        "verbose": -1,
        "num_threads": 1,
        "seed": 0,
    }
    said, fold = np.empty(len(truth)), np.arange(len(truth)) % N_FOLDS
    for held_out in range(N_FOLDS):
        others = fold != held_out
        data = lgb.Dataset(population[others], truth[others], params=parameters)
        booster = lgb.train(parameters, data, 300)
        said[~others] = booster.predict(population[~others], num_threads=1)
    return said
