"""Who is more at risk than whom: ROC, precision and recall, gains."""

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Figure, FigureGroup, Paragraph, Section, Table, table
from app.documents.formatting import format_number, format_percent
from app.documents.plots.axes import axis_covering, percent_axis
from app.documents.plots.marks import Series, legend, line, reference_line
from app.documents.plots.xy_plot import draw_plot
from app.statistics.ranking import riskiest_first
from training.testing.curves import gains_of, precision_recall_of, roc_of
from training.testing.holdout import Holdout

SHARES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)

Floats = NDArray[np.float64]

EMPTY = 0.5  # precision below which the upper right corner has nothing in it
Names = list[tuple[str, Series]]  # what each line shows


def ranking_section(
    tested: Holdout, *, ours: str = "this bundle", other: str = "RFM logistic"
) -> Section:
    """Return how well the riskiest stand first; `other` names what the baseline is."""
    if not tested.both_happened:
        text = "Everybody had the same outcome: there is nothing to tell apart, and no curve."
        return Section("Ranking", (Paragraph(text),))
    names: Names = [(ours, "a")] if tested.baseline is None else [(ours, "a"), (other, "b")]
    return Section(
        "Ranking",
        (
            Paragraph("Who is told to be more at risk than whom, whatever the probabilities say."),
            FigureGroup((_roc(tested, names), _precision_recall(tested, names))),
            FigureGroup((_gains(tested, names), _lift(tested, names))),
            _gains_table(tested),
        ),
    )


def _roc(tested: Holdout, names: Names) -> Figure:
    x, y = percent_axis("of those who stayed"), percent_axis("of those who churned")
    marks = [reference_line(x, y, (0, 0), (1, 1))]
    if tested.baseline is not None:
        marks.append(line(x, y, *roc_of(tested.churned, tested.baseline), series="b"))
    marks += [line(x, y, *roc_of(tested.churned, tested.said)), legend(names)]
    text = "Share of the churned and of the stayed who lie above each probability."
    return Figure(draw_plot("ROC curve", text, x, y, marks), text)


def _precision_recall(tested: Holdout, names: Names) -> Figure:
    x, y = percent_axis("of the churned that are found"), percent_axis("of the found that churned")
    rate = float(tested.churned.mean())
    marks = [reference_line(x, y, (0, rate), (1, rate))]
    if tested.baseline is not None:
        marks.append(line(x, y, *precision_recall_of(tested.churned, tested.baseline), series="b"))
    recall, precision = precision_recall_of(tested.churned, tested.said)
    marks.append(line(x, y, recall, precision))
    at_the_right = float(np.interp(0.8, recall, precision))
    marks.append(legend(names, corner="lower left" if at_the_right > EMPTY else "upper right"))
    text = "Precision and recall at each probability; dashed: choosing customers by chance."
    return Figure(draw_plot("Precision and recall", text, x, y, marks), text)


def _gains(tested: Holdout, names: Names) -> Figure:
    x, y = (
        percent_axis("of customers contacted, riskiest first"),
        percent_axis("of churned reached"),
    )
    marks = [reference_line(x, y, (0, 0), (1, 1))]
    if tested.baseline is not None:
        marks.append(line(x, y, *gains_of(tested.churned, tested.baseline), series="b"))
    marks += [line(x, y, *gains_of(tested.churned, tested.said)), legend(names)]
    text = "Share of the churned among the riskiest customers; dashed: contact by chance."
    return Figure(draw_plot("Gains", text, x, y, marks), text)


def _lift(tested: Holdout, names: Names) -> Figure:
    curves: list[tuple[Series, Floats, Floats]] = [("a", *gains_of(tested.churned, tested.said))]
    if tested.baseline is not None:
        curves.append(("b", *gains_of(tested.churned, tested.baseline)))
    at = np.linspace(0.02, 1, 50)
    lifts = [(series, np.interp(at, share, caught) / at) for series, share, caught in curves]
    x = percent_axis("of customers contacted, riskiest first")
    y = axis_covering(
        "times the churn of all customers", [1.0, *(v for _, lift in lifts for v in lift)]
    )
    marks = [reference_line(x, y, (0, 1), (1, 1))]
    marks += [line(x, y, at, lift, series=series) for series, lift in reversed(lifts)]
    marks.append(legend(names, corner="upper right"))
    text = "How much more often the riskiest churned than all; from the riskiest 2 % on."
    return Figure(
        draw_plot("Lift", text, x, y, [*marks, legend(names, corner="upper right")]), text
    )


def _gains_table(tested: Holdout) -> Table:
    churned = tested.churned[riskiest_first(tested.said)]
    rows = []
    for share in SHARES:
        n = max(1, round(share * len(churned)))
        hit = float(churned[:n].mean())
        rows.append((
            format_percent(share, 0),
            f"{n:,}",
            format_percent(hit),
            format_number(hit / float(churned.mean()), 2),
            format_percent(float(churned[:n].sum() / churned.sum())),
        ))
    header = ("riskiest", "customers", "of them churned", "lift", "of all churned")
    return table("The riskiest customers", header, rows)
