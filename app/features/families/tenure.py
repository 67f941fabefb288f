"""How long the customer has been one, and how active of late, whatever the kind of activity."""

from functools import partial

from app.compiled.kernel import part
from app.features.arrays import NO_MOMENT, Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import EVERY_GROUP, IS_OWN
from app.features.known import KnownCustomer, all_events
from app.features.windows import days_between, ratio, start_of
from app.features.workspace import Workspace

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
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the tenure features of one customer; recent activity means the customer's own."""
    as_of, events = customer.as_of, all_events(customer.events)
    last_30, last_60 = start_of(as_of, 30), start_of(as_of, 60)
    last, n_last_30, n_last_60 = NO_MOMENT, 0, 0
    for i in range(len(events.kind)):
        if IS_OWN[events.kind[i]]:
            moment = events.occurred_at[i]
            last = max(last, moment)
            n_last_30 += moment >= last_30
            n_last_60 += moment >= last_60
    if customer.joined_at < as_of:
        row[COLUMNS.tenure_days] = days_between(customer.joined_at, as_of)
    if last != NO_MOMENT:
        row[COLUMNS.days_since_activity] = days_between(last, as_of)
    row[COLUMNS.activities_30d] = n_last_30
    row[COLUMNS.activity_trend_30d] = ratio(n_last_30, n_last_60 - n_last_30)


FAMILY = FeatureFamily(FEATURES, reads=EVERY_GROUP, measure=measure)
