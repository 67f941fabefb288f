"""What the training population looked like: feature ranges that later customers seldom leave."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.usual_ranges import UsualRanges
from app.domain.moments import MICROSECONDS_PER_DAY
from training.certainty.feature_ranges import FeatureRanges
from training.dataset.dataset import Dataset
from training.learning.learn import LearningResult
from training.run import TrainingRun

Numbers = NDArray[np.float64]

MIN_CUSTOMERS: Final = 300  # among fewer, a share of one in two hundred cannot be measured
MAX_CUSTOMERS: Final = 50_000  # a sample of either population; more of them change no range


@dataclass(frozen=True, slots=True)
class UsualRangesReport:
    """Usual ranges, and how often customers who came later left them.

    Attributes
    ----------
    alarm_share : share (0 to 1) of today's population outside ranges that were made without it, by
        an earlier snapshot and the next one; None where there is one pair of snapshots alone.
    unwatched : features of which any value is taken to be usual, because their ranges moved too
        much over time.
    """

    support: UsualRanges
    alarm_share: float | None
    unwatched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PopulationSnapshot:
    """Features of the population as of a moment, shape (n, n_features), and the age of the log."""

    features: Numbers
    log_days: int


def usual_ranges_at(run: TrainingRun, learning: LearningResult) -> UsualRangesReport | None:
    """Return the ranges for customers like those of the cut-off; None where they are too few."""
    first_at, days = run.first_activity_at, run.churn.horizon_days
    log_days = (run.cut_off - first_at) // MICROSECONDS_PER_DAY
    return usual_ranges_of(
        comparison_snapshots(learning.dataset, first_at=first_at, days=days),
        PopulationSnapshot(learning.population, log_days),
        horizon_days=days,
    )


def usual_ranges_of(
    snapshots: list[PopulationSnapshot], today: PopulationSnapshot, *, horizon_days: int
) -> UsualRangesReport | None:
    """Return the ranges for customers like today's; None where too few customers show them.

    Parameters
    ----------
    snapshots : earlier populations, oldest first, about a horizon apart.
    today : the population as of the cut-off.
    horizon_days : how old a bundle may become before the next training. Features that count days
        may have grown by as many until then.
    """
    earlier = [_thinned(each) for each in snapshots if len(each.features) >= MIN_CUSTOMERS]
    if not earlier or len(today.features) < MIN_CUSTOMERS:
        return None
    now, alarm_share = _thinned(today).features, None
    if len(earlier) > 1:  # one pair to choose ranges by, and another to test them on
        ranges = _ranges_between(earlier[:-1], earlier[-1].features, horizon_days)
        alarm_share = float(ranges.outside(now).any(axis=1).mean())
    ranges = _ranges_between(earlier, now, horizon_days)
    return UsualRangesReport(ranges.as_support(), alarm_share, ranges.unwatched)


def comparison_snapshots(dataset: Dataset, *, first_at: int, days: int) -> list[PopulationSnapshot]:
    """Return two snapshots, oldest first: the newest, and one this many days before it.

    Where none is so old, the oldest one; where there is no other, the newest alone. `first_at` is
    when the log begins (microseconds).
    """
    newest = len(dataset.windows) - 1
    moment = dataset.windows[newest].as_of - days * MICROSECONDS_PER_DAY
    older = [i for i, window in enumerate(dataset.windows) if window.as_of <= moment]
    chosen = sorted({older[-1] if older else 0, newest})
    return [
        PopulationSnapshot(
            dataset.features[dataset.window == position],
            (dataset.windows[position].as_of - first_at) // MICROSECONDS_PER_DAY,
        )
        for position in chosen
    ]


def _ranges_between(
    earlier: list[PopulationSnapshot], later: Numbers, horizon_days: int
) -> FeatureRanges:
    """Return ranges of the earlier customers, widened for the later ones, and around those too."""
    features = np.vstack([each.features for each in earlier])
    ranges = FeatureRanges.of(features, log_days=earlier[-1].log_days, grows_by=horizon_days)
    return ranges.widened(later).around(later)


def _thinned(snapshot: PopulationSnapshot) -> PopulationSnapshot:
    step = max(1, -(-len(snapshot.features) // MAX_CUSTOMERS))
    return PopulationSnapshot(snapshot.features[::step], snapshot.log_days)
