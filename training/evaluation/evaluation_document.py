"""An evaluation as a document for people."""

from app.documents.document import Block, Bullets, Document, Note, Paragraph, Section, Table, table
from app.documents.formatting import (
    format_date,
    format_interval,
    format_number,
    format_percent,
    format_signed,
)
from app.domain.moments import format_moment, from_micros
from training.card.sections.drift import drift_section
from training.card.sections.metrics import highlights, metrics_table
from training.card.sections.ranking import ranking_section
from training.card.sections.reliability import reliability_blocks
from training.card.sections.segments import segments_section
from training.evaluation.changes_since_card import MetricChange
from training.evaluation.evaluate import Evaluation
from training.evaluation.value import value_section

NO_TEST = "The card holds no test to compare with."


def document_of(evaluation: Evaluation) -> Document:
    """Return the evaluation for people."""
    holdout, metrics = evaluation.holdout, evaluation.metrics
    currency = evaluation.bundle.manifest.facts.currency
    drift = [drift_section(evaluation.drift, holdout.window)] if evaluation.drift else []
    return Document(
        "Evaluation of a churn-risk bundle",
        _lead(evaluation),
        highlights(metrics),
        (
            Section("Metrics", (metrics_table(metrics),)),
            Section("Compared with the card", _changes(evaluation)),
            ranking_section(holdout),
            Section("Calibration", reliability_blocks(holdout)),
            segments_section(holdout, currency=currency),
            value_section(evaluation.value, days=holdout.window.days),
            *drift,
        ),
    )


def verdict_of(changes: list[MetricChange]) -> str:
    """Return in one sentence what changed since the card."""
    if not changes:
        return NO_TEST
    worse = [change.title for change in changes if change.verdict == "worse"]
    better = [change.title for change in changes if change.verdict == "better"]
    if not worse and not better:
        return "Every metric is within chance of what the card says."
    parts = [f"worse {', '.join(worse)}"] if worse else []
    parts += [f"better {', '.join(better)}"] if better else []
    return f"Compared with the card, beyond chance: {'; '.join(parts)}."


def _lead(evaluation: Evaluation) -> tuple[Block, ...]:
    bundle, window = evaluation.bundle, evaluation.holdout.window
    ours = evaluation.metrics.ours
    return (
        Paragraph(
            f"Bundle `{bundle.id}`: probability of **{bundle.churn.sentence}** within "
            f"**{bundle.churn.horizon_days} days**."
        ),
        Bullets((
            f"Trained until {format_moment(bundle.manifest.facts.trained_until)}. Predictions are "
            f"as of {format_moment(from_micros(window.as_of))}, from what was known then, and are "
            f"compared with the {window.days} days after that.",
            f"{ours.n:,} customers; {format_percent(ours.mean_probability)} were predicted to "
            f"churn, and {format_percent(ours.base_rate)} did.",
        )),
        Note(verdict_of(evaluation.changes)),
    )


def _changes(evaluation: Evaluation) -> tuple[Block, ...]:
    if not evaluation.changes:
        return (Paragraph(NO_TEST),)
    tested_at = str(evaluation.bundle.manifest.facts.metrics.get("tested_as_of", ""))[:10]
    text = (
        f"The test of the card is as of {tested_at}, with a bundle that was made in the same way "
        "from what was known then; this one is as of "
        f"{format_date(evaluation.holdout.window.as_of)}. The interval is that of the difference "
        "and covers chance in both samples. Log loss, Brier score and lift also move a little with "
        "the share that churns; AUC does not."
    )
    return Paragraph(text), _changes_table(evaluation.changes)


def _changes_table(changes: list[MetricChange]) -> Table:
    rows = [
        (
            change.title,
            format_number(change.card, change.digits),
            format_number(change.now, change.digits),
            format_signed(change.now - change.card, change.digits),
            format_interval((change.low, change.high), change.digits),
            change.verdict,
        )
        for change in changes
    ]
    header = ("", "card", "now", "difference", "95 % interval", "verdict")
    return table("Compared with the card", header, rows)
