"""How metrics and base rates move with time."""

from collections.abc import Sequence
from math import isfinite, nan

from app.documents.document import Figure, FigureGroup, Paragraph, Section, Table, table
from app.documents.formatting import format_date, format_interval, format_number, format_percent
from app.documents.plots.axes import Axis, axis_covering
from app.documents.plots.marks import dots, error_bars, legend, line
from app.documents.plots.xy_plot import draw_plot
from app.statistics.intervals import wilson_interval
from training.card.sections.date_axis import date_axis
from training.testing.backtest import Backtest
from training.testing.backtests import Backtests
from training.testing.holdout import HoldoutMetrics


def backtests_section(backtests: Backtests) -> Section:
    """Return the tests at earlier cut-offs, beside the newest."""
    if not backtests.earlier:
        text = "The history is too short for tests at earlier cut-offs."
        return Section("Back-tests", (Paragraph(text),))
    text = (
        "The same test at earlier cut-offs shows how much metrics and churn rates move with time. "
        "The earlier ones are cheaper: they use a sample where there are many customers, and half "
        "the boosters. Compare their size rather than their last digits."
    )
    tests = backtests.all
    x = date_axis([_opens_at(test) for test in tests])
    figures = FigureGroup((_auc_figure(x, tests), _rate_figure(x, tests)))
    return Section("Back-tests", (Paragraph(text), figures, _table(tests)))


def _opens_at(test: Backtest) -> int:
    return test.holdout.window.as_of


def _table(tests: Sequence[Backtest]) -> Table:
    header = ("cut-off", "customers", "churned", "predicted", "AUC", "log loss", "ECE")
    rows = [(format_date(_opens_at(test)), *_cells(test.metrics)) for test in tests]
    return table("Back-tests", (*header, "AUC, RFM", "log loss, RFM"), rows)


def _cells(metrics: HoldoutMetrics) -> tuple[str, ...]:
    ours, ends, baseline = metrics.ours, metrics.intervals, metrics.baseline
    return (
        f"{ours.n:,}",
        format_percent(ours.base_rate),
        format_percent(ours.mean_probability),
        f"{format_number(ours.auc, 3)} ({format_interval(ends['auc'], 3)})",
        f"{format_number(ours.log_loss, 3)} ({format_interval(ends['log_loss'], 3)})",
        format_number(ours.ece, 3),
        format_number(baseline.auc if baseline else nan, 3),
        format_number(baseline.log_loss if baseline else nan, 3),
    )


def _auc_figure(x: Axis, tests: Sequence[Backtest]) -> Figure:
    known = [test for test in tests if isfinite(test.metrics.ours.auc)]
    xs, values = [_opens_at(test) for test in known], [test.metrics.ours.auc for test in known]
    lows, highs = ([test.metrics.intervals["auc"][end] for test in known] for end in (0, 1))
    y = axis_covering("AUC", [*lows, *highs])
    text = "AUC at each cut-off, with 95 % intervals."
    marks = [line(x, y, xs, values), error_bars(x, y, xs, lows, highs), dots(x, y, xs, values)]
    return Figure(draw_plot("AUC over time", text, x, y, marks), text)


def _rate_figure(x: Axis, tests: Sequence[Backtest]) -> Figure:
    xs, metrics = [_opens_at(test) for test in tests], [test.metrics.ours for test in tests]
    predicted, observed = [m.mean_probability for m in metrics], [m.base_rate for m in metrics]
    ends = [wilson_interval(round(m.base_rate * m.n), m.n) for m in metrics]
    lows, highs = [low for low, _ in ends], [high for _, high in ends]
    y = axis_covering("of customers", [*predicted, *lows, *highs], percent=True)
    marks = [
        line(x, y, xs, predicted),
        dots(x, y, xs, predicted),
        line(x, y, xs, observed, series="b"),
        error_bars(x, y, xs, lows, highs, series="b"),
        dots(x, y, xs, observed, series="b"),
        legend([("predicted", "a"), ("observed", "b")]),
    ]
    text = "The churn rate predicted on average, and the one observed with its 95 % interval."
    return Figure(draw_plot("Churn rate over time", text, x, y, marks), text)
