"""Feature usage: how much, how broad, which way it goes."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Moments, Numbers, Refs
from app.features.feature import ever, within
from app.features.refs import Room, number_refs
from app.features.windows import count_before, count_within, days_since_last, ratio, window_start

_within = partial(within, family="usage", riskier=False)
_ever = partial(ever, family="usage", unit="days")

FEATURES = (
    _within("feature_uses_30d", "features used {value} in the last 30 days", unit="times", days=30),
    _within("feature_uses_90d", "features used {value} in the last 90 days", unit="times", days=90),
    _within("feature_volume_30d", "a usage volume of {value} in the last 30 days", unit="",
            days=30),
    _within("features_distinct_30d", "{value} used in the last 30 days", unit="features", days=30),
    _within("usage_trend_30d", "{value} as much usage in the last 30 days as in the 30 before",
            unit="times", days=60, missing="no usage in the 30 days before the last 30"),
    _ever("days_since_feature_use", "{value} since a feature was last used", riskier=True,
          missing="never used a feature"),
)  # fmt: skip  # read as the table it is


@part
def measure_usage(
    occurred_at: Moments, ref: Refs, amount: Numbers, as_of: int, room: Room, row: Numbers
) -> None:
    """Write the usage features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at, ref, amount
        The customer's uses, ascending, all before `as_of`: moment (microseconds, UTC), feature
        (0 = not said, which counts as no feature), volume (NaN = 1).
    as_of
        The moment of the snapshot.
    room
        Working space for as many events.
    row
        Receives the features; NaN as the catalogue says.
    """
    first = window_start(occurred_at, as_of, 30)
    volume = 0.0
    for i in range(first, len(amount)):
        volume += 1.0 if np.isnan(amount[i]) else amount[i]
    row[0] = count_within(occurred_at, as_of, 30)
    row[1] = count_within(occurred_at, as_of, 90)
    row[2] = volume
    row[3] = number_refs(ref[first:], room)
    row[4] = ratio(row[0], count_before(occurred_at, as_of, 30))
    row[5] = days_since_last(occurred_at, as_of)
