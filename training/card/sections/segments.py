"""Whether the metrics hold for every kind of customer."""

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
class _TestedSegment:
    """A segment with its metrics, and the interval of observed less predicted churn."""

    segment: Segment
    metrics: PredictionMetrics
    low: float
    high: float

    @property
    def name(self) -> str:
        return f"{self.segment.by}: {self.segment.name}"

    @property
    def difference(self) -> float:
        return self.metrics.base_rate - self.metrics.mean_probability


def segments_section(holdout: Holdout, *, currency: str | None) -> Section:
    """Return the metrics of each segment, and how far its predicted churn was off."""
    found = [_tested(holdout, segment) for segment in segments_of(holdout, currency=currency)]
    if not found:
        text = "Too few customers were tested to divide them into segments."
        return Section("Segments", (Paragraph(text),))
    text = (
        "The same test by kind of customer. Within a tier, or among customers who did nothing "
        "twice, little is left to rank by: a low AUC there is no defect of its own. Plans are told "
        "apart by their price."
    )
    header = ("segment", "customers", "churned", "predicted", "AUC", "log loss", "ECE")
    metrics = table("By segment", header, [_cells(one) for one in found])
    return Section("Segments", (Paragraph(text), _figure(found), metrics))


def _tested(holdout: Holdout, segment: Segment) -> _TestedSegment:
    churned, predicted = holdout.churned[segment.members], holdout.predicted[segment.members]
    low, high = wilson_interval(int(churned.sum()), len(churned))
    metrics = compute_metrics(churned, predicted)
    mean = metrics.mean_probability
    return _TestedSegment(segment, metrics, low - mean, high - mean)


def _cells(one: _TestedSegment) -> tuple[str, ...]:
    m = one.metrics
    return (
        one.name,
        f"{m.n:,}",
        format_percent(m.base_rate),
        format_percent(m.mean_probability),
        format_number(m.auc, 3),
        format_number(m.log_loss, 3),
        format_number(m.ece, 3),
    )


def _figure(found: list[_TestedSegment]) -> Figure:
    ends = [end for one in found for end in (one.low, one.high, 0.0)]
    title = "observed less predicted churn, in percentage points"
    axis = axis_covering(title, ends, percent=True, n_steps=3)
    drawn = [
        (one.name, one.low, one.difference, one.high, format_signed(100 * one.difference, 1))
        for one in found
    ]
    text = (
        "By how many percentage points more (right of the line) or fewer (left) churned than was "
        "predicted, with 95 % intervals. Where an interval does not contain zero, the predicted "
        "churn of that segment is off by more than chance."
    )
    chart = interval_chart("Churn by segment", text, axis, drawn, reference=0.0)
    return Figure(chart, text)
