"""Login cadence."""

import numpy as np
from numba import njit

from app.features.arrays import Moments, Numbers
from app.features.feature import ALL_TIME, NEVER_MISSING, Feature, days_before
from app.features.windows import (
    count_before,
    count_within,
    days_between,
    days_since_last,
    distinct_days,
    ratio,
    window_start,
)

FEATURES = (
    *(
        Feature(
            f"logins_{days}d",
            family="logins",
            unit="logins",
            window=days_before(days),
            missing=NEVER_MISSING,
            higher_is_riskier=False,
            text=f"{{value}} in the last {days} days",
        )
        for days in (7, 30, 60, 90)
    ),
    Feature(
        "login_days_30d",
        family="logins",
        unit="days",
        window=days_before(30),
        missing=NEVER_MISSING,
        higher_is_riskier=False,
        text="logged in on {value} of the last 30 days",
    ),
    Feature(
        "days_since_login",
        family="logins",
        unit="days",
        window=ALL_TIME,
        missing="never logged in",
        higher_is_riskier=True,
        text="{value} since the last login",
    ),
    Feature(
        "login_gap_mean_days",
        family="logins",
        unit="days",
        window=ALL_TIME,
        missing="fewer than two logins",
        higher_is_riskier=True,
        text="{value} between logins on average",
    ),
    Feature(
        "login_gap_ratio",
        family="logins",
        unit="times",
        window=ALL_TIME,
        missing="fewer than two logins",
        higher_is_riskier=True,
        text="the last login is {value} the customer's mean gap ago",
    ),
    Feature(
        "login_trend_30d",
        family="logins",
        unit="times",
        window=days_before(60),
        missing="no login in the 30 days before the last 30",
        higher_is_riskier=False,
        text="{value} as many logins in the last 30 days as in the 30 before",
    ),
)


@njit
def measure_logins(occurred_at: Moments, as_of: int, row: Numbers) -> None:
    """Write the login features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at
        The customer's logins: microseconds (UTC), ascending, all before `as_of`.
    as_of
        The moment of the snapshot, same unit.
    row
        Receives the features; NaN as the catalogue says.
    """
    n = len(occurred_at)
    row[0] = count_within(occurred_at, as_of, 7)
    row[1] = count_within(occurred_at, as_of, 30)
    row[2] = count_within(occurred_at, as_of, 60)
    row[3] = count_within(occurred_at, as_of, 90)
    row[4] = distinct_days(occurred_at[window_start(occurred_at, as_of, 30) :], as_of)
    row[5] = days_since_last(occurred_at, as_of)
    row[6] = days_between(occurred_at[0], occurred_at[n - 1]) / (n - 1) if n > 1 else np.nan
    row[7] = ratio(row[5], row[6])
    row[8] = ratio(row[1], count_before(occurred_at, as_of, 30))
