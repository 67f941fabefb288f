"""How much churn there will be in all, apart from who is likelier: the level of the margins.

Nobody knows next quarter's base rate, and ways to guess it err differently. Rates of past windows
lag behind a log that grows older; the newest windows carry their own season on; buy-till-you-die
maps know no season, but expect what whole lives suggest. A weighted mean of the three has the
smaller error at nearly every cut-off of every log that was looked at (docs/quality.md), and a
bounded one where one of them fails. Where the log is old enough, last year's season is heeded too.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from app.domain.moments import MICROSECONDS_PER_DAY
from training.dataset.dataset import Dataset
from training.learning.platt_scaling import intercept_for_base_rate

# The error hardly moves between a third and five eighths for the maps; half has the least mean over
# 62 cut-offs of five order logs that does not cost the sixth, made-up and strongly seasonal, much.
BY_MAPS: Final = 0.5
BY_NEWEST: Final = 0.25
BY_ALL: Final = 0.25
YEAR: Final = 365 * MICROSECONDS_PER_DAY
# How much of what last year's window was above or below the others is expected again: 0.45, 0.8 and
# 0.95 would have been best on the three logs that are old enough.
SEASON_SHARE: Final = 0.5
SURE: Final = 1e-3  # mean probabilities are kept this far from 0 and 1


def forecast_base_rate(
    by_maps: NDArray[np.float64], by_newest: NDArray[np.float64], by_all: NDArray[np.float64]
) -> float:
    """Return the log-odds of the mean probability to expect, from three margins of customers.

    Parameters
    ----------
    by_maps : float64 array of shape (n,), log-odds by buy-till-you-die maps.
    by_newest : float64 array of shape (n,), log-odds learned from windows that reach up to now.
    by_all : float64 array of shape (n,), log-odds learned from all closed windows alike.
    """
    weighted = ((BY_MAPS, by_maps), (BY_NEWEST, by_newest), (BY_ALL, by_all))
    return sum(share * _level(margins) for share, margins in weighted)


def seasonal_shift(dataset: Dataset, margins: NDArray[np.float64], *, as_of: int) -> float:
    """Return how far above usual (log-odds) churn is expected for the season that begins `as_of`.

    Half of what the window of a year before was above what `margins`, the same for every season,
    say of it; between two snapshots by interpolation. 0 where no snapshot is that old.

    Parameters
    ----------
    margins : float64 array of shape (n_rows,), of the rows of `dataset`, of customers unseen.
    """
    moments, missed = [], []
    for position, window in enumerate(dataset.windows):
        rows = dataset.window == position
        churned = float(dataset.churned[rows].mean()) if rows.any() else 0.0
        if 0 < churned < 1:
            moments.append(window.as_of)
            missed.append(intercept_for_base_rate(margins[rows], churned))
    if not moments or not moments[0] <= as_of - YEAR <= moments[-1]:
        return 0.0
    return SEASON_SHARE * float(np.interp(as_of - YEAR, moments, missed))


def match_base_rate(margins: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Return `margins` moved so that their mean probability has the log-odds `level`."""
    return margins + intercept_for_base_rate(margins, float(expit(level)))


def _level(margins: NDArray[np.float64]) -> float:
    return float(logit(np.clip(expit(margins).mean(), SURE, 1 - SURE)))
