"""How many customers will churn in all, whoever they are: the base rate to expect.

Nobody knows next quarter's base rate, and the ways to guess it err differently. The rates of past
windows lag behind a log that grows older; the newest windows carry their own season over; and
buy-till-you-die knows no season, but expects what whole customer lifetimes suggest. A weighted mean
of the three has the smaller error at nearly every cut-off of every log that was looked at
(docs/quality.md), and a bounded one where one of them fails. Where the log is old enough, it also
allows for last year's season.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from app.domain.moments import MICROSECONDS_PER_DAY
from training.dataset.dataset import Dataset
from training.learning.platt_scaling import intercept_for_base_rate

Numbers = NDArray[np.float64]

# The error hardly changes while buy-till-you-die weighs between a third and five eighths. One half
# has the smallest mean over 62 cut-offs of five order logs that does not cost the sixth log, which
# is made up and strongly seasonal, much.
BTYD_WEIGHT: Final = 0.5
NEWEST_WEIGHT: Final = 0.25
ALL_WEIGHT: Final = 0.25
YEAR: Final = 365 * MICROSECONDS_PER_DAY
# How much of last year's seasonal deviation is expected again: 0.45, 0.8 and 0.95 would have been
# best on the three logs that are old enough.
SEASON_SHARE: Final = 0.5
MIN_PROBABILITY: Final = 1e-3  # mean probabilities are kept this far from 0 and 1


def forecast_base_rate(by_btyd: Numbers, by_newest: Numbers, by_all: Numbers) -> float:
    """Return the base rate to expect, as log-odds, from three margins of the same customers.

    Parameters
    ----------
    by_btyd : float64 array of shape (n,), log-odds by buy-till-you-die.
    by_newest : float64 array of shape (n,), log-odds learned from windows that reach up to now.
    by_all : float64 array of shape (n,), log-odds learned from all closed windows alike.
    """
    weighted = ((BTYD_WEIGHT, by_btyd), (NEWEST_WEIGHT, by_newest), (ALL_WEIGHT, by_all))
    return sum(weight * _log_odds_of_mean(margins) for weight, margins in weighted)


def seasonal_shift(dataset: Dataset, margins: Numbers, *, as_of: int) -> float:
    """Return how much more churn than usual (log-odds) the season from `as_of` on should bring.

    Half of what the window of a year before had beyond what `margins`, which know no season, say of
    it; interpolated between two snapshots. 0 where no snapshot is that old.

    Parameters
    ----------
    margins : float64 array of shape (n_rows,), out of fold, of the rows of `dataset`.
    """
    moments, shifts = [], []
    for position, window in enumerate(dataset.windows):
        rows = dataset.window == position
        churned = float(dataset.churned[rows].mean()) if rows.any() else 0.0
        if 0 < churned < 1:
            moments.append(window.as_of)
            shifts.append(intercept_for_base_rate(margins[rows], churned))
    if not moments or not moments[0] <= as_of - YEAR <= moments[-1]:
        return 0.0
    return SEASON_SHARE * float(np.interp(as_of - YEAR, moments, shifts))


def match_base_rate(margins: Numbers, log_odds: float) -> Numbers:
    """Return `margins` shifted so that their mean probability has these log-odds."""
    return margins + intercept_for_base_rate(margins, float(expit(log_odds)))


def _log_odds_of_mean(margins: Numbers) -> float:
    mean = expit(margins).mean()
    return float(logit(np.clip(mean, MIN_PROBABILITY, 1 - MIN_PROBABILITY)))
