"""Hold one bundle against what came after a moment."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.bundle.folder.reference import Reference
from app.bundle.risk_bundle import RiskBundle
from app.documents.document import Block, Bullets, Document, Note, Paragraph, Section, table
from app.documents.formatting import (
    format_date,
    format_interval,
    format_number,
    format_percent,
    format_signed,
)
from app.domain.moments import format_moment, from_micros
from app.features.history import History
from app.statistics.calibration import calibration_table
from app.statistics.ranking import rank
from training.card.sections.drift import drift_since_section, stability_against
from training.card.sections.metrics import highlights, metrics_table
from training.card.sections.ranking import ranking_section
from training.card.sections.reliability import reliability_blocks
from training.card.sections.segments import segments_section
from training.evaluation.changes_since_card import MetricChange, changes_of
from training.evaluation.holdout import baseline_predictions, evaluated_customers, judged
from training.evaluation.value import value_figures, value_section
from training.evaluation.window import window_of
from training.testing.holdout import Holdout, HoldoutMetrics, holdout_metrics_of
from training.value.value_metrics import ValueMetrics

OnProgress = Callable[[str, int, int], None]
STAGE = "Evaluating"
N_STEPS = 4


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a bundle said as of a moment, held against what came.

    Attributes
    ----------
    changes : since the bundle's card.
    value : how well orders and revenue were foreseen; empty where they were not.
    moved : stability index by column against the bundle's reference; empty where it has none.
    """

    bundle: RiskBundle
    tested: Holdout
    figures: HoldoutMetrics
    changes: list[MetricChange]
    value: dict[str, ValueMetrics]
    moved: list[tuple[str, float]]

    def as_numbers(self) -> dict[str, Any]:
        """Return the evaluation as JSON can hold it."""
        window = self.tested.window
        baseline = self.figures.baseline
        return {
            "bundle_id": self.bundle.id,
            "trained_until": format_moment(self.bundle.manifest.facts.trained_until),
            "churn_definition": self.bundle.churn.sentence,
            "horizon_days": self.bundle.churn.horizon_days,
            "as_of": format_moment(from_micros(window.as_of)),
            "closed_at": format_moment(from_micros(window.closes_at)),
            "figures": self.figures.ours.as_numbers(),
            "intervals": self.figures.interval_numbers(),
            "baseline_rfm_logistic": None if baseline is None else baseline.as_numbers(),
            "calibration": [
                {"said": said, "seen": seen, "customers": n}
                for said, seen, n in calibration_table(rank(self.tested.churned, self.tested.said))
            ],
            "since_the_card": [
                {**asdict(change), "verdict": change.verdict} for change in self.changes
            ],
            "value": {name: metrics.as_numbers() for name, metrics in self.value.items()},
            "stability": {name: round(moved, 6) for name, moved in self.moved},
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
    """Return how what `bundle` says as of `as_of` met what `history` knows came of it.

    Features know only what had been received by `as_of`; without one, the newest window that has
    closed is taken. `reference` is the bundle's own, to measure drift against. `EvaluationRefused`
    where the window has not closed, or the bundle has seen it.
    """
    window = window_of(history, bundle.manifest.facts, as_of=as_of)
    on_progress(STAGE, 1, N_STEPS)
    customers = evaluated_customers(history, bundle.churn, window, seed=seed)
    baseline = baseline_predictions(history, bundle.churn, window, customers, seed=seed)
    on_progress(STAGE, 2, N_STEPS)
    tested = judged(history, bundle, window, customers, baseline=baseline)
    on_progress(STAGE, 3, N_STEPS)
    figures = holdout_metrics_of(tested, seed=seed)
    on_progress(STAGE, N_STEPS, N_STEPS)
    metrics = bundle.manifest.facts.metrics
    moved = stability_against(reference, tested.features, tested.said) if reference else []
    value = value_figures(history, bundle, tested, customers)
    return Evaluation(bundle, tested, figures, changes_of(metrics, figures), value, moved)


def document_of(evaluation: Evaluation) -> Document:
    """Return the evaluation for people."""
    tested, figures, facts = evaluation.tested, evaluation.figures, evaluation.bundle.manifest.facts
    return Document(
        "Evaluation of a churn-risk bundle",
        _lead(evaluation),
        highlights(figures),
        (
            Section("Figures", (metrics_table(figures),)),
            _since_the_card(evaluation),
            ranking_section(tested),
            Section("Calibration", reliability_blocks(tested)),
            segments_section(tested, currency=facts.currency),
            value_section(evaluation.value, days=tested.window.days),
            *([drift_since_section(evaluation.moved, tested.window)] if evaluation.moved else []),
        ),
    )


def verdict_of(changes: list[MetricChange]) -> str:
    """Return in a sentence what changed since the card."""
    worse = [change.title for change in changes if change.verdict == "worse"]
    better = [change.title for change in changes if change.verdict == "better"]
    if not changes:
        return "The card holds no test to compare with."
    if not worse and not better:
        return "Every figure is what the card says, within chance."
    parts = [f"worse: {', '.join(worse)}"] if worse else []
    parts += [f"better: {', '.join(better)}"] if better else []
    return f"Beyond chance, against the card, {'; '.join(parts)}."


def _lead(evaluation: Evaluation) -> tuple[Block, ...]:
    bundle, window = evaluation.bundle, evaluation.tested.window
    ours = evaluation.figures.ours
    return (
        Paragraph(
            f"Bundle `{bundle.id}`: probability of **{bundle.churn.sentence}** within "
            f"**{bundle.churn.horizon_days} days**."
        ),
        Bullets((
            f"Trained until {format_moment(bundle.manifest.facts.trained_until)}; asked as of "
            f"{format_moment(from_micros(window.as_of))} with what was known then, held "
            f"against the {window.days} days from then.",
            f"{ours.n:,} customers; {format_percent(ours.mean_probability)} churn was said, "
            f"{format_percent(ours.base_rate)} happened.",
        )),
        Note(verdict_of(evaluation.changes)),
    )


def _since_the_card(evaluation: Evaluation) -> Section:
    title = "Against the card"
    if not evaluation.changes:
        return Section(title, (Paragraph("The card holds no test to compare with."),))
    rows = [
        (
            c.title,
            format_number(c.card, c.digits),
            format_number(c.now, c.digits),
            format_signed(c.now - c.card, c.digits),
            format_interval((c.low, c.high), c.digits),
            c.verdict,
        )
        for c in evaluation.changes
    ]
    tested_at = str(evaluation.bundle.manifest.facts.metrics.get("tested_as_of", ""))[:10]
    text = (
        f"The card's test was of {tested_at}, with a bundle made in the same way from what was "
        f"known then; this one is of {format_date(evaluation.tested.window.as_of)}. The interval "
        "is that of the difference, with the luck of both samples in it. Log loss, Brier score and "
        "lift also move a little with the share that churns; AUC does not."
    )
    header = ("", "card", "now", "difference", "95 % interval", "verdict")
    return Section(title, (Paragraph(text), table("Against the card", header, rows)))
