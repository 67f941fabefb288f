"""How long the customer has been with us, and how lively of late, whatever the kind of activity."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import NO_MOMENT, Kinds, Moments, Numbers
from app.features.feature import ever, within
from app.features.kinds import ACCOUNT_KNOWN, IS_OWN
from app.features.windows import days_between, ratio, start_of

_within = partial(within, family="tenure", riskier=False)
_ever = partial(ever, family="tenure", unit="days")

FEATURES = (
    _ever("tenure_days", "customer for {value}", riskier=None,
          missing="not signed up and no activity"),
    _ever("days_since_activity", "{value} since the customer last did anything", riskier=True,
          missing="never did anything"),
    _within("activities_30d", "{value} of any kind in the last 30 days", unit="activities",
            days=30),
    _within("activity_trend_30d",
            "{value} as many activities in the last 30 days as in the 30 before", unit="times",
            days=60, missing="no activity in the 30 days before the last 30"),
)  # fmt: skip  # read as the table it is


@part
def measure_tenure(
    occurred_at: Moments, kind: Kinds, signed_up_at: int, as_of: int, row: Numbers
) -> int:
    """Write the tenure features of one customer into `row`; return when the customer joined.

    That is the sign-up where it is known and past, else the first activity, else `as_of`.

    Parameters
    ----------
    occurred_at, kind
        All that is known of the customer before `as_of`, in any order.
    signed_up_at
        The sign-up (microseconds, UTC), or NO_MOMENT.
    as_of
        The moment of the snapshot.
    row
        Receives the features; NaN as the catalogue says.
    """
    last_30, last_60 = start_of(as_of, 30), start_of(as_of, 60)
    first = last = as_of
    n_last_30 = n_last_60 = 0
    for i in range(len(occurred_at)):
        moment = occurred_at[i]
        if kind[i] != ACCOUNT_KNOWN:
            first = min(first, moment)
        if IS_OWN[kind[i]]:
            last = moment if last == as_of else max(last, moment)
            n_last_30 += moment >= last_30
            n_last_60 += moment >= last_60
    if NO_MOMENT < signed_up_at < as_of:
        first = signed_up_at
    row[0] = days_between(first, as_of) if first < as_of else np.nan
    row[1] = days_between(last, as_of) if last < as_of else np.nan
    row[2] = n_last_30
    row[3] = ratio(n_last_30, n_last_60 - n_last_30)
    return first
