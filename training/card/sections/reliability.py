"""Whether what is predicted happens as often as it is predicted."""

from typing import Final

import numpy as np

from app.bundle.folder.manifest import Calibration
from app.documents.document import Block, Figure, FigureGroup, Paragraph, Section, Table, table
from app.documents.formatting import format_interval, format_number
from app.documents.plots.axes import axis_covering, percent_axis
from app.documents.plots.marks import dots, error_bars, histogram_bars, reference_line
from app.documents.plots.xy_plot import draw_plot
from app.statistics.calibration import ReliabilityBin, calibration_table
from app.statistics.intervals import wilson_interval
from app.statistics.ranking import rank
from training.testing.holdout import Holdout

N_COLUMNS: Final = 25

Ends = list[tuple[float, float]]


def calibration_section(calibration: Calibration, holdout: Holdout) -> Section:
    """Return the bundle's calibration, and how well that of the test held."""
    text = (
        f"margin = {calibration.slope:.4f} × raw margin {calibration.intercept:+.4f}. The "
        "intercept rests on label windows that close at the cut-off."
    )
    return Section("Calibration", (Paragraph(text), *reliability_blocks(holdout)))


def reliability_blocks(holdout: Holdout, *, name: str = "") -> tuple[Block, ...]:
    """Return the reliability diagram, the distribution of probabilities, and both as numbers.

    `name` tells the plots apart where a page has several.
    """
    bins = calibration_table(rank(holdout.churned, holdout.predicted))
    ends = [wilson_interval(round(one.observed_rate * one.n), one.n) for one in bins]
    suffix = f" of {name}" if name else ""
    return (
        Paragraph("Tenths of the customers, from least to most at risk."),
        FigureGroup((_diagram(bins, ends, suffix), _histogram(holdout, suffix))),
        _table(bins, ends),
    )


def _table(bins: list[ReliabilityBin], ends: Ends) -> Table:
    rows = [
        (
            str(i),
            format_number(one.mean_probability, 3),
            format_number(one.observed_rate, 3),
            format_interval(end, 3),
            f"{one.n:,}",
        )
        for i, (one, end) in enumerate(zip(bins, ends, strict=True), start=1)
    ]
    header = ("tenth", "predicted", "observed", "95 % interval of observed", "customers")
    return table("What was predicted and what was observed", header, rows)


def _diagram(bins: list[ReliabilityBin], ends: Ends, suffix: str) -> Figure:
    x, y = percent_axis("churn probability predicted"), percent_axis("share that churned")
    predicted, observed = [b.mean_probability for b in bins], [b.observed_rate for b in bins]
    marks = [
        reference_line(x, y, (0, 0), (1, 1)),
        error_bars(x, y, predicted, [low for low, _ in ends], [high for _, high in ends]),
        dots(x, y, predicted, observed),
    ]
    text = (
        "Each dot is a tenth of the customers, with its 95 % interval. On the dashed line as many "
        "churned as were predicted to; above it, more."
    )
    return Figure(draw_plot(f"Reliability{suffix}", text, x, y, marks), text)


def _histogram(holdout: Holdout, suffix: str) -> Figure:
    edges = np.linspace(0, 1, N_COLUMNS + 1)
    counts, _ = np.histogram(holdout.predicted, bins=edges)
    shares = counts / len(holdout.predicted)
    x = percent_axis("churn probability predicted")
    y = axis_covering("of customers", [0.0, float(shares.max())], percent=True)
    text = "How many customers were given which probability."
    bars = [histogram_bars(x, y, edges, shares)]
    return Figure(draw_plot(f"Probabilities{suffix}", text, x, y, bars), text)
