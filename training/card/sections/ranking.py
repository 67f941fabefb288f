"""How well customers are ranked by risk: ROC curve, precision and recall, gains, lift."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Figure, FigureGroup, Paragraph, Section, Table, table
from app.documents.formatting import format_number, format_percent
from app.documents.plots.axes import Axis, axis_covering, percent_axis
from app.documents.plots.marks import Series, legend, line, reference_line
from app.documents.plots.xy_plot import draw_plot
from app.statistics.ranking import riskiest_first
from training.testing.curves import Curve, gains_of, precision_recall_of, roc_of
from training.testing.holdout import Holdout

SHARES: Final = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)
HIGH_PRECISION: Final = 0.5  # below it, the upper right corner of the plot is empty

Names = list[tuple[str, Series]]  # what each line shows
CurveOf = Callable[[NDArray[np.float64], NDArray[np.float64]], Curve]


def ranking_section(
    holdout: Holdout, *, ours: str = "this bundle", other: str = "RFM logistic"
) -> Section:
    """Return how well the riskiest customers come first; `other` names the baseline."""
    if not holdout.has_both_outcomes:
        text = "Everybody had the same outcome, so there is nothing to rank and no curve."
        return Section("Ranking", (Paragraph(text),))
    names: Names = [(ours, "a")] if holdout.baseline is None else [(ours, "a"), (other, "b")]
    return Section(
        "Ranking",
        (
            Paragraph(
                "How well customers who churned are ranked above those who stayed, whatever the "
                "size of the probabilities."
            ),
            FigureGroup((_roc(holdout, names), _precision_recall(holdout, names))),
            FigureGroup((_gains(holdout, names), _lift(holdout, names))),
            _table(holdout),
        ),
    )


def _roc(holdout: Holdout, names: Names) -> Figure:
    x, y = percent_axis("of those who stayed"), percent_axis("of those who churned")
    marks = [reference_line(x, y, (0, 0), (1, 1)), *_lines(x, y, holdout, roc_of), legend(names)]
    text = "Shares of those who churned and of those who stayed that lie above each probability."
    return Figure(draw_plot("ROC curve", text, x, y, marks), text)


def _precision_recall(holdout: Holdout, names: Names) -> Figure:
    x = percent_axis("of all who churned (recall)")
    y = percent_axis("churned among those found (precision)")
    rate = float(holdout.churned.mean())
    recall, precision = precision_recall_of(holdout.churned, holdout.predicted)
    is_high = float(np.interp(0.8, recall, precision)) > HIGH_PRECISION
    marks = [
        reference_line(x, y, (0, rate), (1, rate)),
        *_lines(x, y, holdout, precision_recall_of),
        legend(names, corner="lower left" if is_high else "upper right"),
    ]
    text = "Precision and recall at each probability; dashed: choosing customers at random."
    return Figure(draw_plot("Precision and recall", text, x, y, marks), text)


def _gains(holdout: Holdout, names: Names) -> Figure:
    x = percent_axis("of customers contacted, riskiest first")
    y = percent_axis("of those who churned reached")
    marks = [reference_line(x, y, (0, 0), (1, 1)), *_lines(x, y, holdout, gains_of), legend(names)]
    text = "Share of those who churned among the riskiest customers; dashed: contact at random."
    return Figure(draw_plot("Gains", text, x, y, marks), text)


def _lift(holdout: Holdout, names: Names) -> Figure:
    at = np.linspace(0.02, 1, 50)
    lifts = [
        (series, np.interp(at, share, found) / at)
        for series, (share, found) in _curves(holdout, gains_of)
    ]
    x = percent_axis("of customers contacted, riskiest first")
    heights = [1.0, *(value for _, lift in lifts for value in lift)]
    y = axis_covering("times the churn rate of all customers", heights)
    marks = [
        reference_line(x, y, (0, 1), (1, 1)),
        *(line(x, y, at, lift, series=series) for series, lift in lifts),
        legend(names, corner="upper right"),
    ]
    text = "How much more often the riskiest churned than all; from the riskiest 2 % on."
    return Figure(draw_plot("Lift", text, x, y, marks), text)


def _lines(x: Axis, y: Axis, holdout: Holdout, curve_of: CurveOf) -> list[str]:
    return [line(x, y, *curve, series=series) for series, curve in _curves(holdout, curve_of)]


def _curves(holdout: Holdout, curve_of: CurveOf) -> list[tuple[Series, Curve]]:
    """Return the curve of the baseline, if there is one, below that of the bundle."""
    curves: list[tuple[Series, Curve]] = []
    if holdout.baseline is not None:
        curves.append(("b", curve_of(holdout.churned, holdout.baseline)))
    curves.append(("a", curve_of(holdout.churned, holdout.predicted)))
    return curves


def _table(holdout: Holdout) -> Table:
    churned = holdout.churned[riskiest_first(holdout.predicted)]
    rows = []
    for share in SHARES:
        n = max(1, round(share * len(churned)))
        rate = float(churned[:n].mean())
        rows.append((
            format_percent(share, 0),
            f"{n:,}",
            format_percent(rate),
            format_number(rate / float(churned.mean()), 2),
            format_percent(float(churned[:n].sum() / churned.sum())),
        ))
    header = ("riskiest", "customers", "of them churned", "lift", "of all who churned")
    return table("The riskiest customers", header, rows)
