"""How long the customer has been with us, and how lively of late, whatever the kind of activity."""

import numpy as np
from numba import njit

from app.features.arrays import NO_MOMENT, Kinds, Moments, Numbers
from app.features.feature import ALL_TIME, NEVER_MISSING, Feature, days_before
from app.features.kinds import ACCOUNT_KNOWN, IS_OWN
from app.features.windows import days_between, ratio, start_of

FEATURES = (
    Feature(
        "tenure_days",
        family="tenure",
        unit="days",
        window="[sign-up, as_of), from the first activity where the sign-up is not known",
        missing="not signed up and no activity",
        higher_is_riskier=None,
        text="customer for {value}",
    ),
    Feature(
        "days_since_activity",
        family="tenure",
        unit="days",
        window=ALL_TIME,
        missing="never did anything",
        higher_is_riskier=True,
        text="{value} since the customer last did anything",
    ),
    Feature(
        "activities_30d",
        family="tenure",
        unit="activities",
        window=days_before(30),
        missing=NEVER_MISSING,
        higher_is_riskier=False,
        text="{value} of any kind in the last 30 days",
    ),
    Feature(
        "activity_trend_30d",
        family="tenure",
        unit="times",
        window=days_before(60),
        missing="no activity in the 30 days before the last 30",
        higher_is_riskier=False,
        text="{value} as many activities in the last 30 days as in the 30 before",
    ),
)


@njit
def measure_tenure(
    occurred_at: Moments, kind: Kinds, signed_up_at: int, as_of: int, row: Numbers
) -> None:
    """Write the tenure features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at, kind
        All that is known of the customer before `as_of`, in any order.
    signed_up_at
        The sign-up (microseconds, UTC). One that is unknown or lies in the future does not count.
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
