"""How often customers churned at each snapshot, and who of them came back."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

import numpy as np

from app.documents.document import Block, Figure, Note, Paragraph, Section, Table, table
from app.documents.formatting import format_date, format_percent
from app.documents.plots.axes import axis_covering
from app.documents.plots.marks import dots, line
from app.documents.plots.xy_plot import draw_plot
from app.domain.moments import MICROSECONDS_PER_DAY
from training.card.sections.date_axis import date_axis
from training.dataset.dataset import Dataset
from training.dataset.reactivation import Reactivation

DAYS_OF_TWO_YEARS: Final = 730


def base_rates_section(dataset: Dataset, reactivation: Reactivation | None) -> Section:
    """Return the base rates, a warning where they cannot show a season, and who came back."""
    text = (
        f"Learned from {len(dataset.churned):,} rows, one per customer and snapshot. Classes keep "
        "their shares: there are no class weights and there is no resampling."
    )
    blocks: list[Block] = [Paragraph(text), _figure(dataset)]
    n_days = (dataset.windows[-1].closes_at - dataset.windows[0].as_of) // MICROSECONDS_PER_DAY
    if n_days < DAYS_OF_TWO_YEARS:
        blocks.append(Note(_season(int(n_days), dataset.base_rates)))
    if reactivation is not None:
        blocks.append(Paragraph(_came_back(reactivation)))
    return Section("Base rates", tuple(blocks))


def _figure(dataset: Dataset) -> Figure:
    moments = [window.as_of for window in dataset.windows]
    known = [
        (at, rate) for at, rate in zip(moments, dataset.base_rates, strict=True) if isfinite(rate)
    ]
    xs, rates = [at for at, _ in known], [rate for _, rate in known]
    x = date_axis(moments)
    y = axis_covering("of customers churned", dataset.base_rates, percent=True)
    text = "Share of the customers of each snapshot who churned in the window after it."
    marks = [line(x, y, xs, rates), dots(x, y, xs, rates)]
    return Figure(draw_plot("Base rate", text, x, y, marks), text, _table(dataset))


def _table(dataset: Dataset) -> Table:
    snapshots = zip(dataset.windows, dataset.n_population, dataset.base_rates, strict=True)
    rows = [
        (format_date(window.as_of), str(window.days), f"{n:,}", format_percent(rate))
        for window, n, rate in snapshots
    ]
    return table("Snapshots", ("snapshot", "days of the window", "customers", "churned"), rows)


def _season(n_days: int, base_rates: Sequence[float]) -> str:
    rates = np.array([rate for rate in base_rates if np.isfinite(rate)])
    spread = format_percent(float(np.ptp(rates))) if len(rates) else "unknown"
    return (
        f"The snapshots span {n_days} days. Less than two years cannot tell a season from a trend: "
        "the churn rate predicted for a season that is not in the log may be wrong by more than "
        f"the rates above differ ({spread} of customers)."
    )


def _came_back(reactivation: Reactivation) -> str:
    return (
        f"Of the {reactivation.n_churned:,} customers of this sample who churned by this "
        f"definition in the snapshot of {format_date(reactivation.window.as_of)}, "
        f"**{format_percent(reactivation.share)}** came back in the {reactivation.days} days "
        "between the end of its window and the cut-off."
    )
