"""Comparing two bundles on the same customers."""

from dataclasses import asdict, dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Final

from app.bundle.risk_bundle import RiskBundle
from app.domain.errors import EvaluationRefused
from app.domain.moments import format_moment, from_micros, to_micros
from app.features.history import History
from app.statistics.metrics import PredictionMetrics, compute_metrics
from app.statistics.resampling import Difference, bootstrap_differences
from training.evaluation.changes_since_card import BETTER_WHEN_LOWER
from training.evaluation.holdout import evaluated_customers, holdout_of
from training.evaluation.window import window_of
from training.run import OnProgress
from training.testing.holdout import Holdout
from training.testing.tier_movement import TierMovement, tier_movement_between

STAGE: Final = "Comparing"
N_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class BundleComparison:
    """Two bundles on the same customers; differences are B minus A."""

    bundle_a: RiskBundle
    bundle_b: RiskBundle
    a: Holdout
    b: Holdout
    metrics_a: PredictionMetrics
    metrics_b: PredictionMetrics
    differences: dict[str, Difference]
    movement: TierMovement

    def better(self, name: str) -> str:
        """Return "A" or "B" where one is better by the metric beyond chance, else "neither"."""
        difference = self.differences[name]
        if not difference.is_significant:
            return "neither"
        return "B" if (difference.value < 0) == (name in BETTER_WHEN_LOWER) else "A"

    def as_numbers(self) -> dict[str, Any]:
        """Return the comparison as JSON can hold it."""
        window, movement = self.a.window, self.movement
        return {
            "a": self.bundle_a.id,
            "b": self.bundle_b.id,
            "as_of": format_moment(from_micros(window.as_of)),
            "closed_at": format_moment(from_micros(window.closes_at)),
            "figures_a": self.metrics_a.as_numbers(),
            "figures_b": self.metrics_b.as_numbers(),
            "b_less_a": {name: self._difference_numbers(name) for name in self.differences},
            "tier_movement": {
                "share": movement.share,
                "share_across": movement.share_across,
                "from_a_to_b": movement.counts.tolist(),
            },
        }

    def _difference_numbers(self, name: str) -> dict[str, Any]:
        numbers = asdict(self.differences[name])
        finite = {key: value if isfinite(value) else None for key, value in numbers.items()}
        return {**finite, "better": self.better(name)}


def compare(
    history: History,
    bundle_a: RiskBundle,
    bundle_b: RiskBundle,
    *,
    as_of: datetime | None,
    seed: int = 0,
    on_progress: OnProgress,
) -> BundleComparison:
    """Return how two bundles do on the same customers, as of a moment that neither has seen.

    Raises
    ------
    EvaluationRefused
        If they predict different things, or no such window has closed.
    """
    _refuse_different_churn(bundle_a, bundle_b)
    newer = max((bundle_a, bundle_b), key=lambda b: to_micros(b.manifest.facts.trained_until))
    window = window_of(history, newer.manifest.facts, as_of=as_of)
    customers = evaluated_customers(history, newer.churn, window, seed=seed)
    on_progress(STAGE, 1, N_STEPS)
    a = holdout_of(history, bundle_a, window, customers, baseline=None)
    on_progress(STAGE, 2, N_STEPS)
    b = holdout_of(history, bundle_b, window, customers, baseline=None)
    on_progress(STAGE, 3, N_STEPS)
    differences = bootstrap_differences(a.churned, b.predicted, a.predicted, seed=seed)
    on_progress(STAGE, N_STEPS, N_STEPS)
    return BundleComparison(
        bundle_a,
        bundle_b,
        a,
        b,
        compute_metrics(a.churned, a.predicted),
        compute_metrics(b.churned, b.predicted),
        differences,
        tier_movement_between(a.tiers, b.tiers, shift=b.predicted - a.predicted),
    )


def _refuse_different_churn(bundle_a: RiskBundle, bundle_b: RiskBundle) -> None:
    if bundle_a.churn == bundle_b.churn:
        return
    definitions = "; ".join(
        f"{bundle.id}: {bundle.churn.sentence} within {bundle.churn.horizon_days} days"
        for bundle in (bundle_a, bundle_b)
    )
    raise EvaluationRefused(
        f"these bundles predict different things ({definitions}): compare bundles of one definition"
    )
