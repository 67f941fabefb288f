"""What was learned from: definition, data window, exclusions, base rates."""

from collections.abc import Sequence

import numpy as np

from app.documents.document import Block, Bullets, Note, Paragraph, Section
from app.documents.formatting import format_date, format_percent
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.moments import MICROSECONDS_PER_DAY
from training.card.sections.over_time import base_rates
from training.dataset.dataset import Dataset
from training.dataset.reactivation import Reactivation

DAYS_OF_TWO_YEARS = 730


def definition_section(churn: ChurnDefinition, *, n_known: int, n_population: int) -> Section:
    """Return what churn means here, and of whom nothing is said.

    Parameters
    ----------
    n_known, n_population : customers of the log, and those of them that the definition speaks of.
    """
    days, n_left_out = churn.horizon_days, n_known - n_population
    if churn.kind is ChurnKind.ABSENCE:
        meaning = f"no `{churn.event}` in the {days} days after the moment asked about"
        excluded = (
            f"Too young: who had no `{churn.event}` before the moment asked about. There is no "
            "rhythm yet that could break off.",
            f"Already gone is nobody by this definition: who has long had no `{churn.event}` "
            "stays in, with the high probability that the silence deserves.",
        )
    else:
        meaning = f"`{churn.event}`, or a renewal that does not come, in the {days} days after"
        excluded = (
            "Too young: who had no subscription before the moment asked about.",
            "Already gone: whose subscription was cancelled, or had run out, at that moment.",
        )
    found = f"As of the cut-off {n_left_out:,} of {n_known:,} customers of the log are left out."
    text = f"Churned is who has {meaning}. Windows are half-open, moments are UTC."
    return Section("Definition", (Paragraph(text), Bullets((*excluded, found))))


def base_rates_section(
    dataset: Dataset, returned: Reactivation | None, *, notes: Sequence[str] = ()
) -> Section:
    """Return how often customers churned at each snapshot, and who of them came back."""
    blocks: list[Block] = [
        Paragraph(
            f"Learned from {len(dataset.churned):,} rows, one per customer and snapshot. Classes "
            "keep their shares: no class weights, no resampling."
        ),
        base_rates(dataset),
    ]
    n_days = (dataset.windows[-1].closes_at - dataset.windows[0].as_of) // MICROSECONDS_PER_DAY
    if n_days < DAYS_OF_TWO_YEARS:
        blocks.append(Note(_season(int(n_days), dataset)))
    if returned is not None:
        blocks.append(Paragraph(_came_back(returned)))
    return Section("Base rates", (*blocks, *map(Note, notes)))


def _season(n_days: int, dataset: Dataset) -> str:
    rates = np.array([rate for rate in dataset.base_rates if np.isfinite(rate)])
    spread = format_percent(float(np.ptp(rates))) if len(rates) else "unknown"
    return (
        f"The snapshots span {n_days} days. Less than two years cannot tell a season from a trend: "
        "the level said for a season that the log has not seen may be wrong by more than the rates "
        f"above differ ({spread} of customers)."
    )


def _came_back(returned: Reactivation) -> str:
    return (
        f"Of the {returned.n_churned:,} customers of this sample who churned, by this definition, "
        f"in the snapshot of {format_date(returned.window.as_of)}, "
        f"**{format_percent(returned.share)}** came back in the {returned.days} days between the "
        "end of its window and the cut-off."
    )
