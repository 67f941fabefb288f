"""Order frequency, recency and the customer's own rhythm."""

import math
from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.arrays import Moments, Numbers
from app.features.feature import ever, within
from app.features.windows import (
    count_before,
    count_within,
    days_between,
    days_since_last,
    distinct_days,
    ratio,
)

_within = partial(within, family="orders", riskier=False)
_ever = partial(ever, family="orders")
_rhythm = partial(ever, family="orders", missing="fewer than two orders")

FEATURES = (
    _ever("orders_total", "{value} in all", unit="orders", riskier=False),
    *(_within(f"orders_{days}d", f"{{value}} in the last {days} days", unit="orders", days=days)
      for days in (30, 60, 90, 180, 365)),
    _ever("order_days_total", "{value} with orders in all", unit="days", riskier=False),
    _within("order_trend_90d", "{value} as many orders in the last 90 days as in the 90 before",
            unit="times", days=180, missing="no order in the 90 days before the last 90"),
    _ever("days_since_order", "{value} since the last order", unit="days", riskier=True,
          missing="never ordered"),
    _ever("days_since_first_order", "{value} since the first order", unit="days", riskier=None,
          missing="never ordered"),
    _rhythm("order_gap_last_days", "{value} between the last two orders", unit="days",
            riskier=True),
    _rhythm("order_gap_mean_days", "{value} between orders on average", unit="days", riskier=True),
    _rhythm("order_gap_std_days", "gaps between orders spread by {value}", unit="days",
            riskier=None, missing="fewer than three orders"),
    _rhythm("order_gap_median_days", "{value} between orders in the middle of all gaps",
            unit="days", riskier=True),
    _rhythm("order_gap_longest_days", "{value} in the longest gap between orders", unit="days",
            riskier=None),
    _rhythm("order_gap_ratio", "{value} the customer's mean gap since the last order",
            unit="times", riskier=True),
    _rhythm("order_gap_longest_ratio", "{value} the customer's longest gap since the last order",
            unit="times", riskier=True),
)  # fmt: skip  # read as the table it is


@part
def measure_orders(occurred_at: Moments, as_of: int, gaps: Moments, row: Numbers) -> None:
    """Write the order features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at
        The customer's orders: microseconds (UTC), ascending, all before `as_of`.
    as_of
        The moment of the snapshot, same unit.
    gaps
        Room for at least as many numbers as there are orders; overwritten.
    row
        Receives the features; NaN as the catalogue says.
    """
    n = len(occurred_at)
    row[0] = n
    row[1] = count_within(occurred_at, as_of, 30)
    row[2] = count_within(occurred_at, as_of, 60)
    row[3] = count_within(occurred_at, as_of, 90)
    row[4] = count_within(occurred_at, as_of, 180)
    row[5] = count_within(occurred_at, as_of, 365)
    row[6] = distinct_days(occurred_at, as_of)
    row[7] = ratio(row[3], count_before(occurred_at, as_of, 90))
    row[8] = days_since_last(occurred_at, as_of)
    row[9] = days_between(occurred_at[0], as_of) if n else np.nan
    row[10:17] = np.nan
    if n > 1:
        for i in range(1, n):
            gaps[i - 1] = occurred_at[i] - occurred_at[i - 1]
        _measure_gaps(gaps[: n - 1], row[8], row[10:17])


@part
def _measure_gaps(gaps: Moments, days_since: float, row: Numbers) -> None:
    """Write last, mean, spread, median and longest gap, and both ratios; sorts `gaps`.

    Spread is the sample standard deviation by the running variance of Welford (1962),
    Technometrics 4(3).
    """
    n = len(gaps)
    row[0] = gaps[n - 1] / MICROSECONDS_PER_DAY
    mean = squares = 0.0
    for i in range(n):
        gap = gaps[i] / MICROSECONDS_PER_DAY
        shift = gap - mean
        mean += shift / (i + 1)
        squares += shift * (gap - mean)
    row[1] = mean
    row[2] = math.sqrt(squares / (n - 1)) if n > 1 else np.nan
    _sort(gaps)
    row[3] = (gaps[(n - 1) // 2] + gaps[n // 2]) / 2 / MICROSECONDS_PER_DAY
    row[4] = gaps[n - 1] / MICROSECONDS_PER_DAY
    row[5] = ratio(days_since, mean)
    row[6] = ratio(days_since, row[4])


@part
def _sort(values: Moments) -> None:
    """Sort `values` in place.

    Shell (1959), CACM 2(7), with the steps of Knuth, TAOCP 3, 5.2.1: an insertion sort where there
    are few, O(n^1.5) where there are many, and no memory taken.
    """
    step = 1
    while step < len(values) // 3:
        step = 3 * step + 1
    while step > 0:
        for i in range(step, len(values)):
            value = values[i]
            j = i
            while j >= step and values[j - step] > value:
                values[j] = values[j - step]
                j -= step
            values[j] = value
        step //= 3
