"""Revenue to expect of a running subscription: its price, for as long as it is expected to run.

Prices are per billing period, and no event says how long such a period is. It is inferred from the
renewals that have been observed. Where they do not determine it, the revenue is not known, because
mistaking a month for a year would make it wrong by a factor of twelve.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.forecast import YEAR_DAYS
from app.compiled.kernel import entry, part
from app.features.catalogue import FEATURE_INDEX

Floats = NDArray[np.float64]

MONTH_DAYS: Final = 30.4375
QUARTER_DAYS: Final = 91.3125
BILLING_PERIODS: Final = (MONTH_DAYS, QUARTER_DAYS, 365.25)
TOLERANCE: Final = 0.15  # months differ by a tenth, and no two periods come this close
_NEGLIGIBLE: Final = 1e-12


class RecurringRevenue(NamedTuple):
    """Revenue expected of subscriptions, float64 arrays of shape (n,).

    NaN where no subscription is running, its price is not known, or the length of its billing
    period is not. To infer that length takes a renewal (or a first term of more than a quarter), no
    earlier cancellation, and renewals about a month, a quarter or a year apart (within 15 %).

    Attributes
    ----------
    revenue, revenue_12m : within the horizon, and within 365 days.
    revenue_12m_if_kept : within 365 days if the subscription certainly goes on.
    """

    revenue: Floats
    revenue_12m: Floats
    revenue_12m_if_kept: Floats


_REVENUE, _REVENUE_12M, _REVENUE_IF_KEPT = range(3)


class _SubscriptionColumns(NamedTuple):
    """Columns of the features that say what runs, since when and at what price."""

    subscribed: int
    age: int
    days_to_renewal: int
    price: int
    renewals: int
    cancellations: int


_COLUMNS: Final = _SubscriptionColumns(
    FEATURE_INDEX["subscribed"],
    FEATURE_INDEX["subscription_age_days"],
    FEATURE_INDEX["days_to_renewal"],
    FEATURE_INDEX["plan_price"],
    FEATURE_INDEX["renewals_total"],
    FEATURE_INDEX["cancellations_total"],
)


def recurring_revenue(
    features: Floats, probabilities: Floats, *, horizon_days: float
) -> RecurringRevenue:
    """Return the price per day times the days that each subscription is expected to run.

    A subscription that ends within the horizon with probability p is taken to end at the constant
    rate of ``-log(1 - p)`` per horizon. So p = 0 gives the full price, and p = .5 within 90 days
    gives 36 % of a year's.

    Parameters
    ----------
    features : float64 array of shape (n, n_features)
        In the order of the catalogue.
    probabilities : float64 array of shape (n,)
        That the contract ends within `horizon_days`.
    """
    out = np.empty((len(RecurringRevenue._fields), len(features)))
    rows = np.ascontiguousarray(features, dtype=np.float64)
    _estimate_each(rows, probabilities, _COLUMNS, float(horizon_days), out)
    return RecurringRevenue(*out)


@entry
def _estimate_each(
    features: Floats,
    probabilities: Floats,
    columns: _SubscriptionColumns,
    horizon_days: float,
    out: Floats,
) -> None:
    for i in range(len(features)):
        price = _price_per_day(features[i], columns)
        end_rate = -math.log(max(1 - probabilities[i], _NEGLIGIBLE)) / horizon_days
        out[_REVENUE, i] = price * _expected_days(end_rate, horizon_days)
        out[_REVENUE_12M, i] = price * _expected_days(end_rate, YEAR_DAYS)
        out[_REVENUE_IF_KEPT, i] = price * YEAR_DAYS


@part
def _expected_days(end_rate: float, days: float) -> float:
    """Return on how many of the next `days` something runs that ends at this rate a day."""
    return -math.expm1(-end_rate * days) / end_rate if end_rate > _NEGLIGIBLE else days


@part
def _price_per_day(row: Floats, columns: _SubscriptionColumns) -> float:
    """Return the price of a day; NaN where the length of the billing period is not known."""
    in_first_term = row[columns.renewals] == 0
    if row[columns.subscribed] != 1 or (row[columns.cancellations] > 0 and not in_first_term):
        return np.nan
    to_renewal = row[columns.days_to_renewal]
    period = (row[columns.age] + to_renewal) / (row[columns.renewals] + 1)
    if in_first_term and not to_renewal > QUARTER_DAYS * (1 + TOLERANCE):
        return np.nan
    for usual in BILLING_PERIODS:
        if abs(period - usual) <= TOLERANCE * usual:
            return row[columns.price] / usual
    return np.nan
