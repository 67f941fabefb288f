"""Evaluating one bundle: what it predicted as of a moment, compared with what came."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from app.bundle.folder.reference import Reference
from app.bundle.risk_bundle import RiskBundle
from app.domain.moments import format_moment, from_micros
from app.features.history import History
from app.statistics.calibration import calibration_table
from app.statistics.ranking import rank
from training.evaluation.changes_since_card import MetricChange, changes_since_card
from training.evaluation.holdout import baseline_predictions, evaluated_customers, holdout_of
from training.evaluation.value import value_metrics
from training.evaluation.window import window_of
from training.run import OnProgress
from training.testing.holdout import Holdout, HoldoutMetrics, holdout_metrics_of
from training.testing.population_drift import Drift, drift_from
from training.value.value_metrics import ValueMetrics

STAGE: Final = "Evaluating"
N_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a bundle predicted as of a moment, compared with what came.

    Attributes
    ----------
    changes : of the metrics since the bundle's card.
    value : how well orders and revenue were predicted; empty where they were not.
    drift : stability index by column from the bundle's reference; empty where it has none.
    """

    bundle: RiskBundle
    holdout: Holdout
    metrics: HoldoutMetrics
    changes: list[MetricChange]
    value: dict[str, ValueMetrics]
    drift: Drift

    def as_numbers(self) -> dict[str, Any]:
        """Return the evaluation as JSON can hold it."""
        bundle, window, baseline = self.bundle, self.holdout.window, self.metrics.baseline
        return {
            "bundle_id": bundle.id,
            "trained_until": format_moment(bundle.manifest.facts.trained_until),
            "churn_definition": bundle.churn.sentence,
            "horizon_days": bundle.churn.horizon_days,
            "as_of": format_moment(from_micros(window.as_of)),
            "closed_at": format_moment(from_micros(window.closes_at)),
            "figures": self.metrics.ours.as_numbers(),
            "intervals": self.metrics.interval_numbers(),
            "baseline_rfm_logistic": None if baseline is None else baseline.as_numbers(),
            "calibration": _calibration_numbers(self.holdout),
            "since_the_card": [{**asdict(one), "verdict": one.verdict} for one in self.changes],
            "value": {name: metrics.as_numbers() for name, metrics in self.value.items()},
            "stability": {name: round(index, 6) for name, index in self.drift},
        }


def evaluate(
    history: History,
    bundle: RiskBundle,
    *,
    as_of: datetime | None,
    reference: Reference | None = None,
    seed: int = 0,
    on_progress: OnProgress,
) -> Evaluation:
    """Return how what `bundle` predicts as of a moment compares with what `history` says came.

    Features only hold what had been received by `as_of`. Without a moment, the newest window that
    has closed is taken. `reference` is the bundle's own, to measure drift from.

    Raises
    ------
    EvaluationRefused
        If the window has not closed, or the bundle has seen it, or there are too few customers.
    """
    window = window_of(history, bundle.manifest.facts, as_of=as_of)
    on_progress(STAGE, 1, N_STEPS)
    customers = evaluated_customers(history, bundle.churn, window, seed=seed)
    baseline = baseline_predictions(history, bundle.churn, window, customers, seed=seed)
    on_progress(STAGE, 2, N_STEPS)
    holdout = holdout_of(history, bundle, window, customers, baseline=baseline)
    on_progress(STAGE, 3, N_STEPS)
    metrics = holdout_metrics_of(holdout, seed=seed)
    on_progress(STAGE, N_STEPS, N_STEPS)
    return Evaluation(
        bundle,
        holdout,
        metrics,
        changes_since_card(bundle.manifest.facts.metrics, metrics),
        value_metrics(history, bundle, holdout, customers),
        drift_from(reference, holdout.features, holdout.predicted) if reference else [],
    )


def _calibration_numbers(holdout: Holdout) -> list[dict[str, float]]:
    return [
        {"said": bin_.mean_probability, "seen": bin_.observed_rate, "customers": bin_.n}
        for bin_ in calibration_table(rank(holdout.churned, holdout.predicted))
    ]
