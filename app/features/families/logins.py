"""Login cadence."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Moments, Numbers
from app.features.feature import ever, within
from app.features.windows import (
    count_before,
    count_within,
    days_between,
    days_since_last,
    distinct_days,
    ratio,
    window_start,
)

_within = partial(within, family="logins", riskier=False)
_ever = partial(ever, family="logins", riskier=True)

FEATURES = (
    *(_within(f"logins_{days}d", f"{{value}} in the last {days} days", unit="logins", days=days)
      for days in (7, 30, 60, 90)),
    _within("login_days_30d", "logged in on {value} of the last 30", unit="days", days=30),
    _ever("days_since_login", "{value} since the last login", unit="days",
          missing="never logged in"),
    _ever("login_gap_mean_days", "{value} between logins on average", unit="days",
          missing="fewer than two logins"),
    _ever("login_gap_ratio", "{value} the customer's mean gap since the last login", unit="times",
          missing="fewer than two logins"),
    _within("login_trend_30d", "{value} as many logins in the last 30 days as in the 30 before",
            unit="times", days=60, missing="no login in the 30 days before the last 30"),
)  # fmt: skip  # read as the table it is


@part
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
