"""How figures and base rates move with time."""

from collections.abc import Sequence
from math import isfinite

from app.documents.document import Figure, FigureGroup, Table, table
from app.documents.formatting import format_date, format_interval, format_number, format_percent
from app.documents.plots.axes import Axis, axis_covering
from app.documents.plots.marks import dots, error_bars, legend, line
from app.documents.plots.xy_plot import draw_plot
from app.domain.moments import MICROSECONDS_PER_DAY
from app.statistics.intervals import wilson_interval
from training.dataset.dataset import Dataset
from training.dataset.snapshots import Window
from training.testing.holdout import HoldoutMetrics

N_DATES = 4


def base_rates(dataset: Dataset) -> Figure:
    """Return the share of churned customers at each snapshot."""
    rows = [
        (format_date(window.as_of), str(window.days), f"{n:,}", format_percent(rate))
        for window, n, rate in zip(
            dataset.windows, dataset.n_population, dataset.base_rates, strict=True
        )
    ]
    header = ("snapshot", "days to the label", "customers", "churned")
    xs = [window.as_of for window in dataset.windows]
    x = dates_axis(xs)
    y = axis_covering("of customers churned", dataset.base_rates, percent=True)
    told = [at for at, rate in zip(xs, dataset.base_rates, strict=True) if isfinite(rate)]
    rates = [rate for rate in dataset.base_rates if isfinite(rate)]
    marks = [line(x, y, told, rates), dots(x, y, told, rates)]
    text = "Share of the customers of each snapshot who churned in the window after it."
    return Figure(draw_plot("Base rate", text, x, y, marks), text, table("Snapshots", header, rows))


def past_table(tests: Sequence[tuple[Window, HoldoutMetrics]]) -> Table:
    """Return the figures at each cut-off with their intervals."""
    rows = []
    for window, figures in tests:
        m, ends = figures.ours, figures.intervals
        rows.append((
            format_date(window.as_of),
            f"{m.n:,}",
            format_percent(m.base_rate),
            format_percent(m.mean_probability),
            f"{format_number(m.auc, 3)} ({format_interval(ends['auc'], 3)})",
            f"{format_number(m.log_loss, 3)} ({format_interval(ends['log_loss'], 3)})",
            format_number(m.ece, 3),
            format_number(figures.baseline.auc if figures.baseline else float("nan"), 3),
            format_number(figures.baseline.log_loss if figures.baseline else float("nan"), 3),
        ))
    header = ("cut-off", "customers", "churned", "said", "AUC", "log loss", "ECE")
    return table("Back-tests", (*header, "AUC, RFM", "log loss, RFM"), rows)


def past_figures(tests: Sequence[tuple[Window, HoldoutMetrics]]) -> FigureGroup:
    """Return AUC and level over the cut-offs, with intervals."""
    xs = [window.as_of for window, _ in tests]
    x = dates_axis(xs)
    return FigureGroup((_auc(x, tests), _level(x, xs, tests)))


def dates_axis(moments: Sequence[int]) -> Axis:
    """Return an axis of dates with room on both sides."""
    first, last = min(moments), max(moments)
    room = max((last - first) // 12, 3 * MICROSECONDS_PER_DAY)
    step = max((last - first) // (N_DATES - 1), 1)
    ticks = [first + i * step for i in range(N_DATES)] if last > first else [first]
    chosen = sorted(set(moments)) if len(set(moments)) <= N_DATES else ticks
    return Axis("", first - room, last + room, tuple((float(t), format_date(t)) for t in chosen))


def _auc(x: Axis, tests: Sequence[tuple[Window, HoldoutMetrics]]) -> Figure:
    told = [(window.as_of, f) for window, f in tests if isfinite(f.ours.auc)]
    xs, values = [at for at, _ in told], [f.ours.auc for _, f in told]
    lows, highs = ([f.intervals["auc"][end] for _, f in told] for end in (0, 1))
    y = axis_covering("AUC", [*lows, *highs])
    text = "AUC at each cut-off, with 95 % intervals."
    marks = [line(x, y, xs, values), error_bars(x, y, xs, lows, highs), dots(x, y, xs, values)]
    return Figure(draw_plot("AUC over time", text, x, y, marks), text)


def _level(x: Axis, xs: Sequence[int], tests: Sequence[tuple[Window, HoldoutMetrics]]) -> Figure:
    said = [figures.ours.mean_probability for _, figures in tests]
    seen = [figures.ours.base_rate for _, figures in tests]
    ends = [wilson_interval(round(f.ours.base_rate * f.ours.n), f.ours.n) for _, f in tests]
    lows, highs = [e[0] for e in ends], [e[1] for e in ends]
    y = axis_covering("of customers", [*said, *lows, *highs], percent=True)
    marks = [
        line(x, y, xs, said),
        dots(x, y, xs, said),
        line(x, y, xs, seen, series="b"),
        error_bars(x, y, xs, lows, highs, series="b"),
        dots(x, y, xs, seen, series="b"),
        legend([("said", "a"), ("happened", "b")]),
    ]
    text = "Churn said on average, and what happened with its 95 % interval."
    return Figure(draw_plot("Level over time", text, x, y, marks), text)
