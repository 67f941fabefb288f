"""Use of features of the product: how much, how broad, and whether it grows."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import USAGE
from app.features.known import KnownCustomer, events_in
from app.features.refs import number_refs
from app.features.windows import count_before, count_within, days_since_last, ratio, window_start
from app.features.workspace import Workspace

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
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the usage features of one customer.

    The ref of an event is the feature used (0 = not stated, which counts as no feature), its amount
    the volume (NaN = 1).
    """
    as_of, uses = customer.as_of, events_in(customer.events, USAGE)
    first = window_start(uses.occurred_at, as_of, 30)
    volume = 0.0
    for i in range(first, len(uses.amount)):
        volume += 1.0 if np.isnan(uses.amount[i]) else uses.amount[i]
    n_last_30 = count_within(uses.occurred_at, as_of, 30)
    row[COLUMNS.feature_uses_30d] = n_last_30
    row[COLUMNS.feature_uses_90d] = count_within(uses.occurred_at, as_of, 90)
    row[COLUMNS.feature_volume_30d] = volume
    row[COLUMNS.features_distinct_30d] = number_refs(uses.ref[first:], workspace)
    row[COLUMNS.usage_trend_30d] = ratio(n_last_30, count_before(uses.occurred_at, as_of, 30))
    row[COLUMNS.days_since_feature_use] = days_since_last(uses.occurred_at, as_of)


FAMILY = FeatureFamily(FEATURES, reads=(USAGE,), measure=measure)
