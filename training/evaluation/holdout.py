"""What a bundle says of everybody as of a moment, beside what came of it."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.risk_bundle import RiskBundle
from app.domain.churn import ChurnDefinition
from app.domain.errors import EvaluationRefused
from app.domain.moments import MICROSECONDS_PER_DAY, format_moment, from_micros
from app.features.history import History
from app.features.outcomes import churned
from app.features.population import in_population
from training.dataset.dataset import MAX_ROWS, dataset_of, features_of_customers
from training.dataset.history_slices import known_before
from training.dataset.snapshots import Window
from training.testing.baseline import as_rfm, rfm_logistic
from training.testing.holdout import Holdout, tiers_at

MIN_TESTED: Final = 50  # customers; fewer tell nothing
MIN_LEARNED: Final = 100  # for the baseline


def evaluated_customers(
    history: History, churn: ChurnDefinition, window: Window, *, seed: int
) -> NDArray[np.int64]:
    """Return the positions of whom the definition speaks of as the window opens, or a sample.

    `EvaluationRefused` where they are too few to tell anything.
    """
    found = np.flatnonzero(in_population(history, churn, as_of=window.as_of)).astype(np.int64)
    if len(found) < MIN_TESTED:
        raise EvaluationRefused(
            f"{len(found)} customers are in the population as of "
            f"{format_moment(from_micros(window.as_of))}, too few to tell anything; need "
            f"{MIN_TESTED}: choose a later --as-of, or a log of more customers"
        )
    if len(found) <= MAX_ROWS:
        return found
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(found, size=MAX_ROWS, replace=False))


def judged(
    history: History,
    bundle: RiskBundle,
    window: Window,
    customers: NDArray[np.int64],
    *,
    baseline: NDArray[np.float64] | None,
) -> Holdout:
    """Return what `bundle` says of the customers as the window opens, and who churned in it.

    Features know only what had been received when the window opened; outcomes are everything that
    the log holds by now.
    """
    features = features_of_customers(history, customers, as_of=window.as_of)
    said = bundle.probabilities(features)
    values = None
    if bundle.value is not None:
        values = bundle.value.estimate(features, said).revenue_12m_if_kept
    outcome = churned(history, bundle.churn, as_of=window.as_of)[customers]
    tiers = tiers_at(said, bundle.tier_policy, values=values)
    return Holdout(window, features, outcome.astype(np.float64), said, baseline, tiers)


def baseline_predictions(
    history: History,
    churn: ChurnDefinition,
    window: Window,
    customers: NDArray[np.int64],
    *,
    seed: int,
) -> NDArray[np.float64] | None:
    """Return what recency, frequency and spend say, shape (n,), fitted on the window just before.

    None where the log is too young to have one with customers of both outcomes.
    """
    horizon = churn.horizon_days * MICROSECONDS_PER_DAY
    before = Window(window.as_of - horizon, window.as_of)
    known = known_before(history, moment=window.as_of)
    asked = replace(churn, horizon_days=before.days)
    rows = dataset_of(known, asked, (before,), seed=seed)
    if len(rows.churned) < MIN_LEARNED or np.ptp(rows.churned) == 0:
        return None
    model = rfm_logistic(as_rfm(rows.features, churn.event), rows.churned)
    features = features_of_customers(history, customers, as_of=window.as_of)
    return np.asarray(model.predict_proba(as_rfm(features, churn.event))[:, 1], dtype=np.float64)
