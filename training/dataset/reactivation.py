"""How many of those who churned by the definition came back later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.history import History
from app.features.outcomes import happened_in
from app.features.population import in_population
from training.dataset.dataset import Dataset
from training.dataset.snapshots import Window


@dataclass(frozen=True, slots=True)
class Reactivation:
    """Customers who churned in the oldest snapshot, and the share (0 to 1) of them who came back.

    `days` is the time they had for it, from the end of the snapshot's window to the cut-off.
    """

    window: Window
    days: int
    n_churned: int
    share: float


def reactivation_of(
    known: History, churn: ChurnDefinition, dataset: Dataset, *, cut_off: int
) -> Reactivation | None:
    """Return how many of those who churned in the oldest snapshot had come back by `cut_off`.

    A customer is back who had the event again or, for cancellation, is subscribed again. None where
    the oldest window closes less than a day before the cut-off, or nobody churned in it.
    """
    oldest = dataset.windows[0]
    days = (cut_off - oldest.closes_at) // MICROSECONDS_PER_DAY
    gone = dataset.customer[(dataset.window == 0) & (dataset.churned == 1)]
    if days < 1 or not len(gone):
        return None
    is_back = _is_back(known, churn, since=oldest.closes_at, cut_off=cut_off)[gone]
    return Reactivation(oldest, int(days), len(gone), float(is_back.mean()))


def _is_back(
    known: History, churn: ChurnDefinition, *, since: int, cut_off: int
) -> NDArray[np.bool_]:
    if churn.kind is ChurnKind.ABSENCE:
        return happened_in(known, churn.event, start=since, end=cut_off)
    return in_population(known, churn, as_of=cut_off)
