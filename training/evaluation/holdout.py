"""What a bundle predicts of everybody as of a moment, with what came of it."""

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
from training.testing.holdout import Holdout
from training.tiers.assignment import tiers_of

MIN_TESTED: Final = 50  # customers; the metrics of fewer say nothing
MIN_LEARNED: Final = 100  # for the baseline


def evaluated_customers(
    history: History, churn: ChurnDefinition, window: Window, *, seed: int
) -> NDArray[np.int64]:
    """Return the positions of the population as the window opens, or of a sample of it.

    Raises
    ------
    EvaluationRefused
        If there are too few customers to say anything.
    """
    inside = np.flatnonzero(in_population(history, churn, as_of=window.as_of)).astype(np.int64)
    if len(inside) < MIN_TESTED:
        raise EvaluationRefused(
            f"{len(inside)} customers are in the population as of "
            f"{format_moment(from_micros(window.as_of))}, too few to say anything; need "
            f"{MIN_TESTED}: choose a later --as-of, or a log of more customers"
        )
    if len(inside) <= MAX_ROWS:
        return inside
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(inside, size=MAX_ROWS, replace=False))


def holdout_of(
    history: History,
    bundle: RiskBundle,
    window: Window,
    customers: NDArray[np.int64],
    *,
    baseline: NDArray[np.float64] | None,
) -> Holdout:
    """Return what `bundle` predicts of the customers as the window opens, and who churned in it.

    Features only hold what had been received when the window opened; outcomes are everything that
    the log holds by now.
    """
    features = features_of_customers(history, customers, as_of=window.as_of)
    predicted = bundle.probabilities(features)
    values = None
    if bundle.value is not None:
        values = bundle.value.estimate(features, predicted).revenue_12m_if_kept
    outcomes = churned(history, bundle.churn, as_of=window.as_of)[customers]
    tiers = tiers_of(predicted, bundle.tier_policy, values=values)
    return Holdout(window, features, outcomes.astype(np.float64), predicted, baseline, tiers)


def baseline_predictions(
    history: History,
    churn: ChurnDefinition,
    window: Window,
    customers: NDArray[np.int64],
    *,
    seed: int,
) -> NDArray[np.float64] | None:
    """Return probabilities by recency, frequency and spend, fitted on the window just before.

    Shape (n,). None where the log is too young to have such a window with both outcomes.
    """
    horizon = churn.horizon_days * MICROSECONDS_PER_DAY
    before = Window(window.as_of - horizon, window.as_of)
    known = known_before(history, moment=window.as_of)
    rows = dataset_of(known, replace(churn, horizon_days=before.days), (before,), seed=seed)
    if len(rows.churned) < MIN_LEARNED or np.ptp(rows.churned) == 0:
        return None
    regression = rfm_logistic(as_rfm(rows.features, churn.event), rows.churned)
    rfm = as_rfm(features_of_customers(history, customers, as_of=window.as_of), churn.event)
    return np.asarray(regression.predict_proba(rfm)[:, 1], dtype=np.float64)
