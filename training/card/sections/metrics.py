"""The figures of a test, with what the luck of the sample may have done to them."""

from app.documents.document import Highlight, Table, table
from app.documents.formatting import format_interval, format_number, format_percent
from training.testing.holdout import HoldoutMetrics

NAMES = (
    ("auc", "AUC", 4),
    ("average_precision", "average precision", 4),
    ("log_loss", "log loss", 4),
    ("brier", "Brier score", 4),
    ("ece", "calibration error (ECE)", 4),
    ("top_decile_lift", "lift of the riskiest tenth", 2),
)


def metrics_table(figures: HoldoutMetrics, *, ours: str = "this bundle") -> Table:
    """Return each figure of ours with its interval, beside that of the baseline."""
    rows = [
        ("customers", f"{figures.ours.n:,}", "", *_baseline(figures, "n", 0)),
        (
            "churned",
            format_percent(figures.ours.base_rate),
            "",
            *_baseline(figures, "base_rate", -1),
        ),
        (
            "said on average",
            format_percent(figures.ours.mean_probability),
            "",
            *_baseline(figures, "mean_probability", -1),
        ),
    ]
    for name, title, digits in NAMES:
        value = format_number(getattr(figures.ours, name), digits)
        interval = format_interval(figures.intervals[name], digits)
        rows.append((title, value, interval, *_baseline(figures, name, digits)))
    last = ("RFM logistic",) if figures.baseline else ()
    return table("Figures of the test", ("", ours, "95 % interval", *last), rows)


def highlights(figures: HoldoutMetrics) -> tuple[Highlight, ...]:
    """Return what a reader looks for first."""
    ours, ends = figures.ours, figures.intervals
    return (
        Highlight(
            "AUC", format_number(ours.auc, 3), f"{format_interval(ends['auc'], 3)}; 0.5 is chance"
        ),
        Highlight(
            "Log loss",
            format_number(ours.log_loss, 3),
            f"{format_interval(ends['log_loss'], 3)}; lower is better",
        ),
        Highlight(
            "Calibration error",
            format_number(ours.ece, 3),
            f"said {format_percent(ours.mean_probability)}, happened "
            f"{format_percent(ours.base_rate)}",
        ),
        Highlight(
            "Lift of the riskiest tenth",
            format_number(ours.top_decile_lift, 2),
            "times as many churned as among all",
        ),
    )


def _baseline(figures: HoldoutMetrics, name: str, digits: int) -> tuple[str, ...]:
    if figures.baseline is None:
        return ()
    value = getattr(figures.baseline, name)
    if name == "n":
        return (f"{value:,}",)
    return (format_percent(value) if digits < 0 else format_number(value, digits),)
