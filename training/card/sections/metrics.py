"""The metrics of a test with their intervals, beside those of the baseline."""

from app.documents.document import Highlight, Table, table
from app.documents.formatting import format_interval, format_number, format_percent
from app.statistics.metrics import PredictionMetrics
from training.testing.holdout import HoldoutMetrics

# Name, title and digits of each metric, in the order of every table.
METRICS = (
    ("auc", "AUC", 4),
    ("average_precision", "average precision", 4),
    ("log_loss", "log loss", 4),
    ("brier", "Brier score", 4),
    ("ece", "calibration error (ECE)", 4),
    ("top_decile_lift", "lift of the riskiest tenth", 2),
)


def metrics_table(found: HoldoutMetrics, *, ours: str = "this bundle") -> Table:
    """Return each metric with its interval, beside that of the baseline if there is one."""
    columns = [_cells(found.ours), _intervals(found)]
    header = ["", ours, "95 % interval"]
    if found.baseline is not None:
        columns.append(_cells(found.baseline))
        header.append("RFM logistic")
    titles = ["customers", "churned", "predicted on average", *(title for _, title, _ in METRICS)]
    return table("Metrics of the test", header, list(zip(titles, *columns, strict=True)))


def highlights(found: HoldoutMetrics) -> tuple[Highlight, ...]:
    """Return what a reader looks for first."""
    ours, ends = found.ours, found.intervals
    predicted, observed = format_percent(ours.mean_probability), format_percent(ours.base_rate)
    auc, loss = format_interval(ends["auc"], 3), format_interval(ends["log_loss"], 3)
    lift = format_number(ours.top_decile_lift, 2)
    return (
        Highlight("AUC", format_number(ours.auc, 3), f"{auc}; 0.5 is chance"),
        Highlight("Log loss", format_number(ours.log_loss, 3), f"{loss}; lower is better"),
        Highlight(
            "Calibration error",
            format_number(ours.ece, 3),
            f"predicted {predicted}, observed {observed}",
        ),
        Highlight("Lift of the riskiest tenth", lift, "times the churn rate of all customers"),
    )


def _cells(metrics: PredictionMetrics) -> list[str]:
    return [
        f"{metrics.n:,}",
        format_percent(metrics.base_rate),
        format_percent(metrics.mean_probability),
        *(format_number(getattr(metrics, name), digits) for name, _, digits in METRICS),
    ]


def _intervals(found: HoldoutMetrics) -> list[str]:
    ends = [format_interval(found.intervals[name], digits) for name, _, digits in METRICS]
    return ["", "", "", *ends]
