"""What a running subscription is worth: its price, for as long as it is expected to run.

Prices are per billing period, and no event says how long that is. It is told by the renewals that
were seen: where they do not tell, the worth is not known, because a wrong guess between month and
year would be off by twelve times.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.kernels import YEAR_DAYS
from app.compiled.kernel import entry, part
from app.features.catalogue import FEATURE_INDEX

# A month, a quarter and a year: what subscriptions are billed by.
PERIODS: Final = (30.4375, 91.3125, 365.25)
TOLERANCE: Final = 0.15  # months differ by a tenth; a quarter is three of them, never near two
_CERTAIN: Final = 1e-12


class _Columns(NamedTuple):
    """Where in a row of features these numbers stand."""

    subscribed: int
    age: int
    days_to_renewal: int
    price: int
    renewals: int
    cancellations: int


_COLUMNS: Final = _Columns(
    FEATURE_INDEX["subscribed"],
    FEATURE_INDEX["subscription_age_days"],
    FEATURE_INDEX["days_to_renewal"],
    FEATURE_INDEX["plan_price"],
    FEATURE_INDEX["renewals_total"],
    FEATURE_INDEX["cancellations_total"],
)


def recurring_revenue(
    features: NDArray[np.float64], probabilities: NDArray[np.float64], *, horizon_days: float
) -> NDArray[np.float64]:
    """Return revenue expected of each subscription, shape (3, n).

    In the horizon, in 365 days, and in 365 days if it is sure to run on.

    The price per day times the days that the subscription is expected to run. A customer whose
    probability of ending within the horizon is p ends at a constant rate, ``-log(1 - p)`` per
    horizon, so p = 0 gives the full price and p = .5 on 90 days 36 % of a year's.

    NaN where no subscription runs, no price is known, or the length of a billing period is not: it
    takes a renewal (or a first term of more than a quarter), no cancellation before, and a month, a
    quarter or a year between renewals, give or take 15 %.

    Parameters
    ----------
    features : float64 array of shape (n, n_features)
        In the order of the catalogue.
    probabilities : float64 array of shape (n,)
        That the contract ends within `horizon_days`.
    """
    out = np.empty((3, len(features)))
    rows = np.ascontiguousarray(features, dtype=np.float64)
    _expect_each(rows, probabilities, _COLUMNS, float(horizon_days), out)
    return out


def warm_up() -> None:
    """Have the kernel ready."""
    recurring_revenue(np.ones((1, len(FEATURE_INDEX))), np.ones(1), horizon_days=1.0)


@entry
def _expect_each(
    features: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    columns: _Columns,
    horizon_days: float,
    out: NDArray[np.float64],
) -> None:
    for i in range(len(features)):
        a_day = _price_per_day(features[i], columns)
        rate = -math.log(max(1 - probabilities[i], _CERTAIN)) / horizon_days
        out[0, i] = a_day * _days_running(rate, horizon_days)
        out[1, i] = a_day * _days_running(rate, YEAR_DAYS)
        out[2, i] = a_day * YEAR_DAYS


@part
def _days_running(rate: float, days: float) -> float:
    """Return the days out of `days` that something runs that ends at this rate a day."""
    return -math.expm1(-rate * days) / rate if rate > _CERTAIN else days


@part
def _price_per_day(row: NDArray[np.float64], columns: _Columns) -> float:
    first_term = row[columns.renewals] == 0
    if row[columns.subscribed] != 1 or (row[columns.cancellations] > 0 and not first_term):
        return np.nan
    ahead = row[columns.days_to_renewal]
    period = (row[columns.age] + ahead) / (row[columns.renewals] + 1)
    if first_term and not ahead > PERIODS[1] * (1 + TOLERANCE):
        return np.nan
    for usual in PERIODS:
        if abs(period - usual) <= TOLERANCE * usual:
            return row[columns.price] / usual
    return np.nan
