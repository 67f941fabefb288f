"""The facts of a bundle that its manifest states."""

from importlib.metadata import version
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.folder.manifest import N_PERCENTILE_KNOTS, BundleFacts, FeatureSet
from app.domain.moments import format_moment, from_micros
from app.domain.tier_policies import ValuePolicy
from app.features.catalogue import CATALOGUE, FEATURE_NAMES, FINGERPRINT
from training.dataset.leaks import implausible_auc_warning
from training.findings import TrainingFindings
from training.learning.learn import LearningResult
from training.prior.fallback import Fallback
from training.testing.backtest import Backtest
from training.testing.holdout import Holdout
from training.testing.tier_movement import TierMovement
from training.tiers.assignment import tier_shares
from training.tiers.contact_profit import policy_profit
from training.tiers.maximum_profit import expected_maximum_profit
from training.value.backtest import ValueBacktest

Numbers = NDArray[np.float64]
MetricsByName = dict[str, Any]

LIBRARIES: Final = ("lightgbm", "numba", "numpy", "scikit-learn", "scipy")
FALLBACK_TEACHER: Final = "published rhythm, moved by the log"


def facts_of(findings: TrainingFindings) -> BundleFacts:
    """Return what the manifest states about a bundle with these findings."""
    run, learning, certainty = findings.run, findings.learning, findings.certainty
    ranges = certainty.usual_ranges
    return BundleFacts(
        churn=run.churn,
        trained_until=run.until,
        seed=run.seed,
        currency=run.currency,
        features=FeatureSet(FEATURE_NAMES, tuple(f.unit for f in CATALOGUE), FINGERPRINT),
        calibration=learning.student.calibration,
        tier_policy=findings.tiers,
        percentile_knots=percentile_knots(findings.probabilities),
        usual=medians(learning.population),
        metrics=metrics_of(findings),
        libraries={name: version(name) for name in LIBRARIES},
        basis=learning.basis,
        uncertainty=certainty.uncertainty,
        usual_ranges=None if ranges is None else ranges.support,
    )


def metrics_of(findings: TrainingFindings) -> MetricsByName:
    """Return what was measured of the bundle, by name."""
    newest, movement = findings.backtests.newest, findings.movement
    metrics = _learning_metrics(findings)
    if newest is not None:
        metrics |= _test_metrics(newest)
    if movement is not None:
        metrics["tier_movement_week"] = _movement_metrics(movement)
    if findings.value.backtest is not None:
        metrics["value_test"] = _value_metrics(findings.value.backtest)
    if newest is not None and newest.holdout.has_both_outcomes:
        metrics["empc"] = _maximum_profit_metrics(newest.holdout)
    if isinstance(findings.tiers, ValuePolicy):
        profit = policy_profit(findings.tiers, findings.probabilities, findings.values)
        metrics["expected_profit"] = round(profit.total, 2)
    return metrics


def warnings_about(findings: TrainingFindings) -> tuple[str, ...]:
    """Return what somebody should know before they use the bundle."""
    learning, newest = findings.learning, findings.backtests.newest
    if isinstance(learning, Fallback):
        return (_fallback_warning(learning),)
    found: list[str | None] = []
    if learning.stretched:
        found.append(_stretched_warning(findings.run.churn.horizon_days))
    if newest is None:
        found.append(
            "the history is too short for an out-of-time test: nothing shows how good this bundle "
            "is"
        )
    else:
        found.append(implausible_auc_warning(newest.metrics.ours.auc))
    return tuple(warning for warning in found if warning)


def percentile_knots(probabilities: Numbers) -> tuple[float, ...]:
    """Return percentiles 0 to 100 of the churn probabilities."""
    knots = np.percentile(probabilities, np.linspace(0, 100, N_PERCENTILE_KNOTS))
    return tuple(np.maximum.accumulate(knots).tolist())


def medians(population: Numbers) -> tuple[float, ...]:
    """Return the usual value of each feature: the median of those that have one, else NaN."""
    return tuple(
        float(np.median(column[~np.isnan(column)])) if not np.isnan(column).all() else float("nan")
        for column in population.T
    )


def _learning_metrics(findings: TrainingFindings) -> MetricsByName:
    learning, probabilities = findings.learning, findings.probabilities
    shares = tier_shares(probabilities, findings.tiers, findings.values)
    base_rates, n_rows, teacher = _learned_from(learning)
    return {
        "base_rates": base_rates,
        "n_rows": n_rows,
        "n_population": len(probabilities),
        "tier_shares": shares,
        "teacher": teacher,
    }


def _learned_from(learning: LearningResult | Fallback) -> tuple[list[float | None], int, str]:
    """Return the base rates of the snapshots, the number of their rows, and the teacher."""
    if isinstance(learning, Fallback):
        return [], 0, FALLBACK_TEACHER
    dataset = learning.dataset
    base_rates = [None if np.isnan(rate) else round(rate, 6) for rate in dataset.base_rates]
    return base_rates, len(dataset.churned), learning.teacher.name


def _test_metrics(newest: Backtest) -> MetricsByName:
    metrics, window = newest.metrics, newest.holdout.window
    found: MetricsByName = {
        "test": metrics.ours.as_numbers(),
        "test_intervals": metrics.interval_numbers(),
    }
    if metrics.baseline is not None:
        found["baseline_rfm_logistic"] = metrics.baseline.as_numbers()
    found["tested_as_of"] = format_moment(from_micros(window.as_of))
    found["tested_horizon_days"] = window.days
    return found


def _movement_metrics(movement: TierMovement) -> MetricsByName:
    with_memory = movement.share_with_memory
    return {
        "share": round(movement.share, 6),
        "share_across": round(movement.share_across, 6),
        "share_with_memory": with_memory and round(with_memory, 6),
        "mean_shift": round(movement.mean_shift, 6),
    }


def _value_metrics(backtest: ValueBacktest) -> MetricsByName:
    found = {"orders": backtest.orders, "revenue": backtest.revenue}
    return {name: m.as_numbers() for name, m in found.items() if m is not None}


def _maximum_profit_metrics(holdout: Holdout) -> MetricsByName:
    best = expected_maximum_profit(holdout.churned, holdout.predicted)
    return {"profit": round(best.profit, 6), "share": round(best.share, 6)}


def _stretched_warning(horizon_days: int) -> str:
    return (
        f"the log is too short for a horizon of {horizon_days} days: no window of that length has "
        "closed yet, so churn is extrapolated from shorter windows by the rhythm of the event alone"
    )


def _fallback_warning(fallback: Fallback) -> str:
    return (
        f"fallback: {fallback.reason}; the probabilities rest on purchase rhythms published for "
        f"another shop, adjusted by those of {fallback.n_customers} customers here, and no test "
        "shows how good they are"
    )
