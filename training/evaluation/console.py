"""What an evaluation and a comparison print: lines that explain themselves."""

import math

from app.documents.formatting import format_date
from training.console import BASELINE, METRICS
from training.evaluation.compare import BundleComparison
from training.evaluation.comparison_document import verdict_of as comparison_verdict
from training.evaluation.evaluate import Evaluation
from training.evaluation.evaluation_document import verdict_of as evaluation_verdict


def evaluation_lines(evaluation: Evaluation) -> list[str]:
    """Return each metric of a bundle with its interval, and what changed since its card."""
    window = evaluation.holdout.window
    return [
        f"Bundle {evaluation.bundle.id} as of {format_date(window.as_of)}: its predictions, "
        f"compared with the {window.days} days after that.",
        f"{'':28}{'bundle':>10}{'95 % interval':>20}{'RFM logistic':>14}",
        *_rows(evaluation),
        BASELINE,
        evaluation_verdict(evaluation.changes),
    ]


def comparison_title(comparison: BundleComparison) -> str:
    """Return which bundles are compared, and on which window."""
    window = comparison.a.window
    return (
        f"A is {comparison.bundle_a.id}, B is {comparison.bundle_b.id}: their predictions as of "
        f"{format_date(window.as_of)}, compared with the {window.days} days after that."
    )


def comparison_lines(comparison: BundleComparison) -> list[str]:
    """Return who changes tier, and which bundle is better."""
    movement = comparison.movement
    return [
        f"{movement.share:.1%} of {movement.n:,} customers are in another tier by B than by A.",
        comparison_verdict(comparison),
    ]


def _rows(evaluation: Evaluation) -> list[str]:
    metrics, rows = evaluation.metrics, []
    for name, title, form, meaning in METRICS:
        low, high = metrics.intervals[name]
        ours, theirs = getattr(metrics.ours, name), getattr(metrics.baseline, name, math.nan)
        ends = f"{form.format(low)} to {form.format(high)}"
        rows.append(
            f"{title:28}{form.format(ours):>10}{ends:>20}{form.format(theirs):>14}  {meaning}"
        )
    return rows
