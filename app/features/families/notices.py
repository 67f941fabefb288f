"""Price notices, and incidents that affected the customer."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import INCIDENTS, PRICE_NOTICES
from app.features.known import KnownCustomer, events_in
from app.features.windows import count_within, days_since_last, sum_between, window_start
from app.features.workspace import Workspace

_ever = partial(ever, family="notices")
_within = partial(within, family="notices", riskier=True)

FEATURES = (
    _ever("days_since_price_notice", "{value} since the last price notice", unit="days",
          riskier=None, missing="never got a price notice"),
    _ever("price_notice_percent_last", "the last price notice announced {value}", unit="percent",
          riskier=True, missing="no price notice with a percentage"),
    _within("incidents_30d", "{value} in the last 30 days", unit="incidents", days=30),
    _within("incident_minutes_14d", "{value} of incidents in the last 14 days", unit="minutes",
            days=14),
)  # fmt: skip  # read as the table it is
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the features of price notices and incidents of one customer.

    The amount of a notice is the change in percent, that of an incident the minutes affected; NaN =
    not stated. Of notices at the same moment the one with the highest change counts as the last.
    """
    as_of = customer.as_of
    notices = events_in(customer.events, PRICE_NOTICES)
    row[COLUMNS.days_since_price_notice] = days_since_last(notices.occurred_at, as_of)
    for percent in notices.amount:
        if not np.isnan(percent):
            row[COLUMNS.price_notice_percent_last] = percent
    incidents = events_in(customer.events, INCIDENTS)
    last_14 = window_start(incidents.occurred_at, as_of, 14)
    minutes = sum_between(incidents.amount, last_14, len(incidents.amount))
    row[COLUMNS.incidents_30d] = count_within(incidents.occurred_at, as_of, 30)
    row[COLUMNS.incident_minutes_14d] = minutes


FAMILY = FeatureFamily(FEATURES, reads=(PRICE_NOTICES, INCIDENTS), measure=measure)
