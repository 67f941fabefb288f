"""Orders: how many, how recent, and the customer's own rhythm."""

import math
from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.arrays import Moments, Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import ORDERS
from app.features.known import KnownCustomer, events_in
from app.features.windows import (
    count_before,
    count_within,
    days_between,
    days_since_last,
    distinct_days,
    ratio,
)
from app.features.workspace import Workspace

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
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the order features of one customer."""
    as_of, occurred_at = customer.as_of, events_in(customer.events, ORDERS).occurred_at
    n, n_last_90 = len(occurred_at), count_within(occurred_at, as_of, 90)
    row[COLUMNS.orders_total] = n
    row[COLUMNS.orders_30d] = count_within(occurred_at, as_of, 30)
    row[COLUMNS.orders_60d] = count_within(occurred_at, as_of, 60)
    row[COLUMNS.orders_90d] = n_last_90
    row[COLUMNS.orders_180d] = count_within(occurred_at, as_of, 180)
    row[COLUMNS.orders_365d] = count_within(occurred_at, as_of, 365)
    row[COLUMNS.order_days_total] = distinct_days(occurred_at, as_of)
    row[COLUMNS.order_trend_90d] = ratio(n_last_90, count_before(occurred_at, as_of, 90))
    if n > 0:
        row[COLUMNS.days_since_order] = days_since_last(occurred_at, as_of)
        row[COLUMNS.days_since_first_order] = days_between(occurred_at[0], as_of)
    if n > 1:
        gaps = workspace.first[: n - 1]
        for i in range(1, n):
            gaps[i - 1] = occurred_at[i] - occurred_at[i - 1]
        _measure_gaps(gaps, row)


@part
def _measure_gaps(gaps: Moments, row: Numbers) -> None:
    """Write the features of the gaps between orders (microseconds, in their order); sort `gaps`.

    Spread is the sample standard deviation by the running variance of Welford (1962),
    Technometrics 4(3).
    """
    n = len(gaps)
    row[COLUMNS.order_gap_last_days] = gaps[n - 1] / MICROSECONDS_PER_DAY
    mean = squares = 0.0
    for i in range(n):
        gap = gaps[i] / MICROSECONDS_PER_DAY
        shift = gap - mean
        mean += shift / (i + 1)
        squares += shift * (gap - mean)
    _sort(gaps)
    median = (gaps[(n - 1) // 2] + gaps[n // 2]) / 2 / MICROSECONDS_PER_DAY
    longest = gaps[n - 1] / MICROSECONDS_PER_DAY
    row[COLUMNS.order_gap_mean_days] = mean
    row[COLUMNS.order_gap_std_days] = math.sqrt(squares / (n - 1)) if n > 1 else np.nan
    row[COLUMNS.order_gap_median_days] = median
    row[COLUMNS.order_gap_longest_days] = longest
    row[COLUMNS.order_gap_ratio] = ratio(row[COLUMNS.days_since_order], mean)
    row[COLUMNS.order_gap_longest_ratio] = ratio(row[COLUMNS.days_since_order], longest)


@part
def _sort(values: Moments) -> None:
    """Sort `values` in place.

    Shell (1959), CACM 2(7), with the steps of Knuth, TAOCP 3, 5.2.1: it is an insertion sort for
    few values, takes O(n^1.5) for many, and allocates nothing.
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


FAMILY = FeatureFamily(FEATURES, reads=(ORDERS,), measure=measure)
