"""Whether what is said happens as often as it is said."""

import numpy as np

from app.documents.document import Block, Figure, FigureGroup, Paragraph, table
from app.documents.formatting import format_interval, format_number
from app.documents.plots.axes import axis_covering, percent_axis
from app.documents.plots.marks import dots, error_bars, histogram_bars, reference_line
from app.documents.plots.xy_plot import draw_plot
from app.statistics.calibration import ReliabilityBin, calibration_table
from app.statistics.intervals import wilson_interval
from app.statistics.ranking import rank
from training.testing.holdout import Holdout

N_COLUMNS = 25


def reliability_blocks(tested: Holdout, *, name: str = "") -> tuple[Block, ...]:
    """Return the reliability diagram, how the probabilities lie, and both as numbers.

    `name` tells the plots apart where a page has several.
    """
    bins = calibration_table(rank(tested.churned, tested.said))
    ends = [wilson_interval(round(seen * n), n) for _, seen, n in bins]
    rows = [
        (
            str(i + 1),
            format_number(said, 3),
            format_number(seen, 3),
            format_interval(end, 3),
            f"{n:,}",
        )
        for i, ((said, seen, n), end) in enumerate(zip(bins, ends, strict=True))
    ]
    header = ("tenth", "said", "seen", "95 % interval of seen", "customers")
    suffix = f" of {name}" if name else ""
    return (
        Paragraph("Tenths of the customers, from least to most at risk."),
        FigureGroup((_diagram(bins, ends, suffix), _histogram(tested, suffix))),
        table("What was said, and what was seen", header, rows),
    )


def _diagram(bins: list[ReliabilityBin], ends: list[tuple[float, float]], suffix: str) -> Figure:
    x, y = percent_axis("churn probability said"), percent_axis("share that churned")
    said, seen = [b[0] for b in bins], [b[1] for b in bins]
    marks = [
        reference_line(x, y, (0, 0), (1, 1)),
        error_bars(x, y, said, [e[0] for e in ends], [e[1] for e in ends]),
        dots(x, y, said, seen),
    ]
    text = (
        "Each dot is a tenth of the customers, with its 95 % interval. On the dashed line "
        "what was said is what happened; above it, more churned than was said."
    )
    return Figure(draw_plot(f"Reliability{suffix}", text, x, y, marks), text)


def _histogram(tested: Holdout, suffix: str) -> Figure:
    edges = np.linspace(0, 1, N_COLUMNS + 1)
    counts, _ = np.histogram(tested.said, bins=edges)
    shares = counts / len(tested.said)
    x = percent_axis("churn probability said")
    y = axis_covering("of customers", [0.0, float(shares.max())], percent=True)
    text = "How many customers were given which probability."
    return Figure(
        draw_plot(f"Probabilities{suffix}", text, x, y, [histogram_bars(x, y, edges, shares)]), text
    )
