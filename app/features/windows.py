"""Windows of time before a moment: the one place where they are made.

Every window is half-open, ``[as_of - days, as_of)``. The kernels see only what happened before
`as_of`, so that a window of ascending moments is simply its tail.
"""

import numpy as np

from app.compiled.kernel import part
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.arrays import Moments, Numbers

MILLISECONDS_PER_HOUR = 3_600_000


@part
def start_of(as_of: int, days: int) -> int:
    """Return the first moment inside the window of `days` days before `as_of`."""
    return as_of - days * MICROSECONDS_PER_DAY


@part
def days_between(earlier: int, later: int) -> float:
    """Return the time from `earlier` to `later` in days, with fractions."""
    return (later - earlier) / MICROSECONDS_PER_DAY


@part
def milliseconds_between(earlier: int, later: int) -> int:
    """Return whole milliseconds: sums of many waits stay exact, whatever their order, and small."""
    return (later - earlier) // 1000


@part
def first_at_or_after(occurred_at: Moments, moment: int) -> int:
    """Return the position of the first of the ascending moments that is not before `moment`."""
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
    """Return the position at which the window of `days` days before `as_of` begins."""
    return first_at_or_after(occurred_at, start_of(as_of, days))


@part
def count_within(occurred_at: Moments, as_of: int, days: int) -> int:
    """Return how many of the ascending moments lie in the last `days` days."""
    return len(occurred_at) - window_start(occurred_at, as_of, days)


@part
def count_before(occurred_at: Moments, as_of: int, days: int) -> int:
    """Return how many lie in the window of `days` days that ends where the last one begins."""
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
def ratio(part: float, whole: float) -> float:
    """Return ``part / whole``, or NaN where `whole` is not above zero or all but zero."""
    quotient = part / whole if whole > 0 else np.nan
    return quotient if np.isfinite(quotient) else np.nan


@part
def days_since_last(occurred_at: Moments, as_of: int) -> float:
    """Return the days since the last of the ascending moments, NaN where there is none."""
    n = len(occurred_at)
    return days_between(occurred_at[n - 1], as_of) if n else np.nan


@part
def distinct_days(occurred_at: Moments, as_of: int) -> int:
    """Return on how many days, counted back from `as_of`, the ascending moments fall."""
    found, previous = 0, -1
    for i in range(len(occurred_at)):
        day = (as_of - occurred_at[i]) // MICROSECONDS_PER_DAY
        if day != previous:
            found += 1
            previous = day
    return found
