"""Who is more at risk than whom: ROC, precision and recall, gains."""

import numpy as np

from app.documents.blocks import Figure, Figures, Paragraph, Section, Table, table
from app.documents.plots.axes import axis_of, plot, shares_axis
from app.documents.plots.marks import even_line, legend, line
from app.documents.words import figure, percent
from app.statistics.ranking import riskiest_first
from training.testing.curves import gains_of, precision_recall_of, roc_of
from training.testing.tested import Tested

SHARES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)


EMPTY = 0.5  # precision below which the upper right corner has nothing in it
Names = list[tuple[str, str]]  # what each line shows, and its kind


def ranking_section(
    tested: Tested, *, ours: str = "this bundle", other: str = "RFM logistic"
) -> Section:
    """Return how well the riskiest stand first; `other` names what the baseline is."""
    if not tested.both_happened:
        text = "Everybody had the same outcome: there is nothing to tell apart, and no curve."
        return Section("Ranking", (Paragraph(text),))
    names = [(ours, "a"), *([(other, "b")] if tested.baseline is not None else [])]
    return Section(
        "Ranking",
        (
            Paragraph("Who is told to be more at risk than whom, whatever the probabilities say."),
            Figures((_roc(tested, names), _precision_recall(tested, names))),
            Figures((_gains(tested, names), _lift(tested, names))),
            _gains_table(tested),
        ),
    )


def _roc(tested: Tested, names: Names) -> Figure:
    x, y = shares_axis("of those who stayed"), shares_axis("of those who churned")
    marks = [even_line(x, y, (0, 0), (1, 1))]
    if tested.baseline is not None:
        marks.append(line(x, y, *roc_of(tested.churned, tested.baseline), kind="b"))
    marks += [line(x, y, *roc_of(tested.churned, tested.said)), legend(names)]
    text = "Share of the churned and of the stayed who lie above each probability."
    return Figure(plot("ROC curve", text, x, y, marks), text)


def _precision_recall(tested: Tested, names: Names) -> Figure:
    x, y = shares_axis("of the churned that are found"), shares_axis("of the found that churned")
    rate = float(tested.churned.mean())
    marks = [even_line(x, y, (0, rate), (1, rate))]
    if tested.baseline is not None:
        marks.append(line(x, y, *precision_recall_of(tested.churned, tested.baseline), kind="b"))
    recall, precision = precision_recall_of(tested.churned, tested.said)
    marks.append(line(x, y, recall, precision))
    at_the_right = float(np.interp(0.8, recall, precision))
    marks.append(legend(names, corner="lower left" if at_the_right > EMPTY else "upper right"))
    text = "Precision and recall at each probability; dashed: choosing customers by chance."
    return Figure(plot("Precision and recall", text, x, y, marks), text)


def _gains(tested: Tested, names: Names) -> Figure:
    x, y = shares_axis("of customers contacted, riskiest first"), shares_axis("of churned reached")
    marks = [even_line(x, y, (0, 0), (1, 1))]
    if tested.baseline is not None:
        marks.append(line(x, y, *gains_of(tested.churned, tested.baseline), kind="b"))
    marks += [line(x, y, *gains_of(tested.churned, tested.said)), legend(names)]
    text = "Share of the churned among the riskiest customers; dashed: contact by chance."
    return Figure(plot("Gains", text, x, y, marks), text)


def _lift(tested: Tested, names: Names) -> Figure:
    curves = [("a", *gains_of(tested.churned, tested.said))]
    if tested.baseline is not None:
        curves.append(("b", *gains_of(tested.churned, tested.baseline)))
    at = np.linspace(0.02, 1, 50)
    lifts = [(kind, np.interp(at, share, caught) / at) for kind, share, caught in curves]
    x = shares_axis("of customers contacted, riskiest first")
    y = axis_of("times the churn of all customers", [1.0, *(v for _, lift in lifts for v in lift)])
    marks = [even_line(x, y, (0, 1), (1, 1))]
    marks += [line(x, y, at, lift, kind=kind) for kind, lift in reversed(lifts)]
    marks.append(legend(names, corner="upper right"))
    text = "How much more often the riskiest churned than all; from the riskiest 2 % on."
    return Figure(plot("Lift", text, x, y, [*marks, legend(names, corner="upper right")]), text)


def _gains_table(tested: Tested) -> Table:
    churned = tested.churned[riskiest_first(tested.said)]
    rows = []
    for share in SHARES:
        n = max(1, round(share * len(churned)))
        hit = float(churned[:n].mean())
        rows.append((
            percent(share, 0),
            f"{n:,}",
            percent(hit),
            figure(hit / float(churned.mean()), 2),
            percent(float(churned[:n].sum() / churned.sum())),
        ))
    header = ("riskiest", "customers", "of them churned", "lift", "of all churned")
    return table("The riskiest customers", header, rows)
