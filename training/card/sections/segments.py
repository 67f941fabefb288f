"""Whether the figures hold for every kind of customer."""

from dataclasses import dataclass

from app.documents.document import Figure, Paragraph, Section, table
from app.documents.formatting import format_number, format_percent, format_signed
from app.documents.plots.axes import axis_covering
from app.documents.plots.category_charts import interval_chart
from app.statistics.intervals import wilson_interval
from app.statistics.metrics import PredictionMetrics, compute_metrics
from training.testing.holdout import Holdout
from training.testing.segments import Segment, segments_of


@dataclass(frozen=True, slots=True)
class _Row:
    segment: Segment
    metrics: PredictionMetrics
    low: float
    high: float

    @property
    def name(self) -> str:
        return f"{self.segment.by}: {self.segment.name}"

    @property
    def miss(self) -> float:
        return self.metrics.base_rate - self.metrics.mean_probability


def segments_section(tested: Holdout, *, currency: str | None) -> Section:
    """Return the figures of each segment, and by how much each was missed."""
    rows = [_row(tested, segment) for segment in segments_of(tested, currency=currency)]
    text = (
        "The same test, by kind of customer. Within a tier, or among customers who did nothing "
        "twice, little is left to tell apart: a low AUC there is no defect of its own. The plan is "
        "told by its price."
    )
    if not rows:
        return Section("Segments", (Paragraph("Too few customers were tested to part them."),))
    header = ("segment", "customers", "churned", "said", "AUC", "log loss", "ECE")
    return Section(
        "Segments",
        (Paragraph(text), _misses(rows), table("By segment", header, [_cells(r) for r in rows])),
    )


def _row(tested: Holdout, segment: Segment) -> _Row:
    churned, said = tested.churned[segment.members], tested.said[segment.members]
    low, high = wilson_interval(int(churned.sum()), len(churned))
    metrics = compute_metrics(churned, said)
    return _Row(segment, metrics, low - metrics.mean_probability, high - metrics.mean_probability)


def _cells(row: _Row) -> tuple[str, ...]:
    m = row.metrics
    numbers = (format_percent(m.base_rate), format_percent(m.mean_probability))
    return (
        row.name,
        f"{m.n:,}",
        *numbers,
        format_number(m.auc, 3),
        format_number(m.log_loss, 3),
        format_number(m.ece, 3),
    )


def _misses(rows: list[_Row]) -> Figure:
    ends = [end for row in rows for end in (row.low, row.high, 0.0)]
    axis = axis_covering(
        "churned less said, in points of probability", ends, percent=True, n_steps=3
    )
    drawn = [(r.name, r.low, r.miss, r.high, format_signed(100 * r.miss, 1)) for r in rows]
    text = (
        "By how many points more (right of the line) or fewer (left) churned than was said, with "
        "95 % intervals. Where an interval leaves nought out, the level is wrong there."
    )
    return Figure(interval_chart("Level by segment", text, axis, drawn, reference=0.0), text)
