"""Hold two bundles against the same customers."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Any

from app.bundle.risk_bundle import RiskBundle
from app.documents.document import Block, Bullets, Document, Note, Paragraph, Section, Table, table
from app.documents.formatting import format_interval, format_number, format_percent, format_signed
from app.domain.errors import EvaluationRefused
from app.domain.moments import format_moment, from_micros, to_micros
from app.features.history import History
from app.statistics.metrics import PredictionMetrics, compute_metrics
from app.statistics.resampling import Difference, bootstrap_differences
from training.card.sections.metrics import NAMES
from training.card.sections.movement import movement_table
from training.card.sections.ranking import ranking_section
from training.card.sections.reliability import reliability_blocks
from training.evaluation.changes_since_card import BETTER_WHEN_LOWER
from training.evaluation.holdout import evaluated_customers, judged
from training.evaluation.window import window_of
from training.testing.holdout import Holdout
from training.testing.tier_movement import TierMovement, tier_movement_between

OnProgress = Callable[[str, int, int], None]
STAGE = "Comparing"
N_STEPS = 4
DECIDES = "log_loss"  # looks at order and level both, and cannot be bettered by a lie


@dataclass(frozen=True, slots=True)
class BundleComparison:
    """Two bundles on the same rows; differences are B less A."""

    bundle_a: RiskBundle
    bundle_b: RiskBundle
    a: Holdout
    b: Holdout
    figures_a: PredictionMetrics
    figures_b: PredictionMetrics
    differences: dict[str, Difference]
    movement: TierMovement

    def better(self, name: str) -> str:
        """Return "A" or "B" where one is better by the figure beyond chance, else "neither"."""
        difference = self.differences[name]
        if not difference.is_significant:
            return "neither"
        return "B" if (difference.value < 0) == (name in BETTER_WHEN_LOWER) else "A"

    def as_numbers(self) -> dict[str, Any]:
        """Return the comparison as JSON can hold it."""
        window = self.a.window
        return {
            "a": self.bundle_a.id,
            "b": self.bundle_b.id,
            "as_of": format_moment(from_micros(window.as_of)),
            "closed_at": format_moment(from_micros(window.closes_at)),
            "figures_a": self.figures_a.as_numbers(),
            "figures_b": self.figures_b.as_numbers(),
            "b_less_a": {
                name: {
                    **{k: v if isfinite(v) else None for k, v in asdict(difference).items()},
                    "better": self.better(name),
                }
                for name, difference in self.differences.items()
            },
            "tier_movement": {
                "share": self.movement.share,
                "share_across": self.movement.share_across,
                "from_a_to_b": self.movement.counts.tolist(),
            },
        }


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

    `EvaluationRefused` where they foresee different things, or no such window has closed.
    """
    if bundle_a.churn != bundle_b.churn:
        told = [f"{b.id}: {b.churn.sentence} within {b.churn.horizon_days} days"
                for b in (bundle_a, bundle_b)]  # fmt: skip
        raise EvaluationRefused(
            f"these bundles foresee different things ({'; '.join(told)}): compare bundles of one "
            "definition"
        )
    newer = max((bundle_a, bundle_b), key=lambda b: to_micros(b.manifest.facts.trained_until))
    window = window_of(history, newer.manifest.facts, as_of=as_of)
    customers = evaluated_customers(history, newer.churn, window, seed=seed)
    on_progress(STAGE, 1, N_STEPS)
    a = judged(history, bundle_a, window, customers, baseline=None)
    on_progress(STAGE, 2, N_STEPS)
    b = judged(history, bundle_b, window, customers, baseline=None)
    on_progress(STAGE, 3, N_STEPS)
    differences = bootstrap_differences(a.churned, b.said, a.said, seed=seed)
    on_progress(STAGE, N_STEPS, N_STEPS)
    return BundleComparison(
        bundle_a,
        bundle_b,
        a,
        b,
        compute_metrics(a.churned, a.said),
        compute_metrics(b.churned, b.said),
        differences,
        tier_movement_between(a.tiers, b.tiers, shift=b.said - a.said),
    )


def verdict_of(comparison: BundleComparison) -> str:
    """Return in a sentence which bundle is better, by log loss."""
    difference, better = comparison.differences[DECIDES], comparison.better(DECIDES)
    told = f"log loss of B less that of A {format_signed(difference.value)}, {_ends(difference)}"
    if better == "neither":
        return f"Neither is better beyond chance: {told}."
    winner = comparison.bundle_a if better == "A" else comparison.bundle_b
    return f"{better} ({winner.id}) is better: {told}."


def figures_table(comparison: BundleComparison) -> Table:
    """Return the figures of both, and what B has more."""
    rows = [
        (
            title,
            format_number(getattr(comparison.figures_a, name), digits),
            format_number(getattr(comparison.figures_b, name), digits),
            format_signed(comparison.differences[name].value, digits),
            _ends(comparison.differences[name], digits),
            comparison.better(name),
        )
        for name, title, digits in NAMES
    ]
    header = ("", "A", "B", "B − A", "95 % interval", "better")
    return table("Figures on the same customers", header, rows)


def document_of(comparison: BundleComparison) -> Document:
    """Return the comparison for people."""
    both = replace(comparison.b, baseline=comparison.a.said)
    return Document(
        "Two churn-risk bundles compared",
        _lead(comparison),
        (),
        (
            Section("Figures", (figures_table(comparison),)),
            _tiers(comparison),
            ranking_section(both, ours="B", other="A"),
            Section("Calibration of A", reliability_blocks(comparison.a, name="A")),
            Section("Calibration of B", reliability_blocks(comparison.b, name="B")),
        ),
    )


def _lead(comparison: BundleComparison) -> tuple[Block, ...]:
    window, churn = comparison.a.window, comparison.bundle_a.churn
    trained = [
        f"{name} is `{b.id}`, trained until {format_moment(b.manifest.facts.trained_until)}."
        for name, b in (("A", comparison.bundle_a), ("B", comparison.bundle_b))
    ]
    return (
        Paragraph(
            f"Probability of **{churn.sentence}** within **{churn.horizon_days} days**, asked as "
            f"of {format_moment(from_micros(window.as_of))} of the same {comparison.movement.n:,} "
            "customers with the same features, and held against what came. Differences are paired: "
            "each resample of the bootstrap draws the same customers for both."
        ),
        Bullets(tuple(trained)),
        Note(verdict_of(comparison)),
    )


def _tiers(comparison: BundleComparison) -> Section:
    movement = comparison.movement
    text = (
        f"Each bundle cuts by its own policy. **{format_percent(movement.share)}** of the "
        f"customers stand in another tier by B than by A, {format_percent(movement.share_across)} "
        f"go from Low to High or back; the probability differs by {movement.mean_shift:.4f} on "
        "average."
    )
    numbers = movement_table(movement, first="A", second="B")
    return Section("Tiers", (Paragraph(text), numbers))


def _ends(difference: Difference, digits: int = 4) -> str:
    return format_interval((difference.low, difference.high), digits)
