"""A comparison of two bundles as a document for people."""

from dataclasses import replace
from typing import Final

from app.documents.document import Block, Bullets, Document, Note, Paragraph, Section, Table, table
from app.documents.formatting import format_interval, format_number, format_percent, format_signed
from app.domain.moments import format_moment, from_micros
from app.statistics.resampling import Difference
from training.card.sections.metrics import METRICS
from training.card.sections.ranking import ranking_section
from training.card.sections.reliability import reliability_blocks
from training.card.sections.tiers import movement_table
from training.evaluation.compare import BundleComparison

# It decides which bundle is better: it looks at ranking and base rate both, and is best where true
# probabilities are stated.
DECIDING_METRIC: Final = "log_loss"


def document_of(comparison: BundleComparison) -> Document:
    """Return the comparison for people."""
    both = replace(comparison.b, baseline=comparison.a.predicted)
    return Document(
        "Two churn-risk bundles compared",
        _lead(comparison),
        (),
        (
            Section("Metrics", (metrics_table(comparison),)),
            _tiers(comparison),
            ranking_section(both, ours="B", other="A"),
            Section("Calibration of A", reliability_blocks(comparison.a, name="A")),
            Section("Calibration of B", reliability_blocks(comparison.b, name="B")),
        ),
    )


def verdict_of(comparison: BundleComparison) -> str:
    """Return in one sentence which bundle is better, by log loss."""
    difference = comparison.differences[DECIDING_METRIC]
    better = comparison.better(DECIDING_METRIC)
    evidence = (
        f"the log loss of B differs from that of A by {format_signed(difference.value)} "
        f"(95 % interval {_ends(difference)}; lower is better)"
    )
    if better == "neither":
        return f"Neither is better beyond chance: {evidence}."
    winner = comparison.bundle_a if better == "A" else comparison.bundle_b
    return f"{better} ({winner.id}) is better: {evidence}."


def metrics_table(comparison: BundleComparison) -> Table:
    """Return the metrics of both bundles, and their differences."""
    rows = [
        (
            title,
            format_number(getattr(comparison.metrics_a, name), digits),
            format_number(getattr(comparison.metrics_b, name), digits),
            format_signed(comparison.differences[name].value, digits),
            _ends(comparison.differences[name], digits),
            comparison.better(name),
        )
        for name, title, digits in METRICS
    ]
    header = ("", "A", "B", "B − A", "95 % interval", "better")
    return table("Metrics on the same customers", header, rows)


def _lead(comparison: BundleComparison) -> tuple[Block, ...]:
    window, churn = comparison.a.window, comparison.bundle_a.churn
    trained = [
        f"{name} is `{b.id}`, trained until {format_moment(b.manifest.facts.trained_until)}."
        for name, b in (("A", comparison.bundle_a), ("B", comparison.bundle_b))
    ]
    return (
        Paragraph(
            f"Probability of **{churn.sentence}** within **{churn.horizon_days} days**, predicted "
            f"as of {format_moment(from_micros(window.as_of))} for the same "
            f"{comparison.movement.n:,} customers from the same features, and compared with what "
            "came. Differences are paired: each resample of the bootstrap draws the same customers "
            "for both."
        ),
        Bullets(tuple(trained)),
        Note(verdict_of(comparison)),
    )


def _tiers(comparison: BundleComparison) -> Section:
    movement = comparison.movement
    text = (
        f"Each bundle cuts tiers by its own policy. **{format_percent(movement.share)}** of the "
        "customers are in another tier by B than by A; "
        f"{format_percent(movement.share_across)} go from Low to High or back. The probability "
        f"differs by {movement.mean_shift:.4f} on average."
    )
    numbers = movement_table(movement, first="A", second="B")
    return Section("Tiers", (Paragraph(text), numbers))


def _ends(difference: Difference, digits: int = 4) -> str:
    return format_interval((difference.low, difference.high), digits)
