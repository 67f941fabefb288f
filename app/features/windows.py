"""Windows of time before a moment. Every window of a feature is made here.

Each is half-open, ``[as_of - days, as_of)``. Kernels see only events before `as_of`, so a window of
ascending moments is simply their tail.
"""

import numpy as np

from app.compiled.kernel import part
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.arrays import Moments, Numbers

MILLISECONDS_PER_HOUR = 3_600_000


@part
def start_of(as_of: int, days: int) -> int:
    """Return the first moment of the window of `days` days before `as_of`."""
    return as_of - days * MICROSECONDS_PER_DAY


@part
def days_between(earlier: int, later: int) -> float:
    """Return the time from `earlier` to `later` in days, with fractions."""
    return (later - earlier) / MICROSECONDS_PER_DAY


@part
def milliseconds_between(earlier: int, later: int) -> int:
    """Return whole milliseconds, so that sums of many waits are exact whatever their order."""
    return (later - earlier) // 1000


@part
def first_at_or_after(occurred_at: Moments, moment: int) -> int:
    """Return the position of the first of ascending moments that is not before `moment`."""
    low, high = 0, len(occurred_at)
    while low < high:
        middle = (low + high) // 2
        if occurred_at[middle] < moment:
            low = middle + 1
        else:
            high = middle
    return low


@part
def window_start(occurred_at: Moments, as_of: int, days: int) -> int:
    """Return the position of the first moment in the window of `days` days before `as_of`."""
    return first_at_or_after(occurred_at, start_of(as_of, days))


@part
def count_within(occurred_at: Moments, as_of: int, days: int) -> int:
    """Return the number of ascending moments within the last `days` days."""
    return len(occurred_at) - window_start(occurred_at, as_of, days)


@part
def count_before(occurred_at: Moments, as_of: int, days: int) -> int:
    """Return the number of moments within the `days` days before the last `days` days."""
    return count_within(occurred_at, as_of, 2 * days) - count_within(occurred_at, as_of, days)


@part
def sum_between(amount: Numbers, first: int, last: int) -> float:
    """Return the sum of ``amount[first:last]``, skipping NaN (no amount)."""
    total = 0.0
    for i in range(first, last):
        if not np.isnan(amount[i]):
            total += amount[i]
    return total


@part
def ratio(numerator: float, denominator: float) -> float:
    """Return the quotient, or NaN if the denominator is not positive or the quotient overflows."""
    quotient = numerator / denominator if denominator > 0 else np.nan
    return quotient if np.isfinite(quotient) else np.nan


@part
def days_since_last(occurred_at: Moments, as_of: int) -> float:
    """Return the days since the last of ascending moments, NaN if there is none."""
    n = len(occurred_at)
    return days_between(occurred_at[n - 1], as_of) if n else np.nan


@part
def distinct_days(occurred_at: Moments, as_of: int) -> int:
    """Return the number of different days, counted back from `as_of`, of ascending moments."""
    found, previous = 0, -1
    for i in range(len(occurred_at)):
        day = (as_of - occurred_at[i]) // MICROSECONDS_PER_DAY
        if day != previous:
            found += 1
            previous = day
    return found
