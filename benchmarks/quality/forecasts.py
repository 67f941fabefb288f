"""What we and the peers say about the same customers, each from the same closed past."""

from collections.abc import Callable
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from app.features.catalogue import FEATURE_INDEX
from app.features.population import in_population
from benchmarks.quality.logs import Case
from training.baseline import as_rfm, rfm_logistic
from training.btyd import silent_for
from training.dataset import Dataset
from training.fit import Recipe
from training.histories import known_before
from training.labels import churned
from training.learn import learn
from training.rhythm import UNIT, maps_of, rhythms_at

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Outcomes (0 or 1) of the tested customers, and what each peer said, by name; shape (n,)."""

    outcomes: Numbers
    truth: Numbers | None
    said: dict[str, Numbers]


def forecasts_of(case: Case) -> Forecasts:
    """Return our probabilities and those of every peer for everybody in the population."""
    known = known_before(case.history, moment=case.until)
    learned = learn(
        known,
        case.churn,
        cut_off=case.until,
        recipe=Recipe(),
        seed=0,
        stage="learn",
        on_progress=lambda _stage, _done, _total: None,
    )
    everybody = np.flatnonzero(in_population(known, case.churn, as_of=case.until))
    said = {"ours": learned.student.probabilities_of(learned.population)}
    said |= _peers(learned.dataset, learned.population, case.churn.event)
    duration = case.churn.horizon_days * 24 * 3600 * 1_000_000 / UNIT
    rhythms = rhythms_at(known, case.churn.event, as_of=case.until)
    maps = maps_of(known, case.churn.event, as_of=case.until)
    for name, (kind, parameters) in zip(("BG/NBD", "Pareto/NBD"), maps, strict=True):
        said[name] = silent_for(kind, parameters, rhythms, duration)
    outcomes = case.outcomes
    if outcomes is None:
        outcomes = churned(case.history, case.churn, as_of=case.until).astype(np.float64)
    truth = None if case.truth is None else case.truth[everybody]
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
