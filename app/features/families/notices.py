"""What we put the customer through: price notices and incidents."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Moments, Numbers
from app.features.feature import ever, within
from app.features.windows import count_within, days_since_last, sum_between, window_start

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


@part
def measure_notices(
    noticed_at: Moments,
    percent: Numbers,
    incident_at: Moments,
    minutes: Numbers,
    as_of: int,
    row: Numbers,
) -> None:
    """Write the features of notices and incidents of one customer, in the order of `FEATURES`.

    Parameters
    ----------
    noticed_at, percent
        Price notices: microseconds (UTC), ascending, all before `as_of`; change in percent (NaN =
        not said). Of notices at the same moment the highest counts as the last.
    incident_at, minutes
        Incidents likewise; minutes affected (NaN = not said).
    as_of
        The moment of the snapshot.
    row
        Receives the features; NaN as the catalogue says.
    """
    row[0] = days_since_last(noticed_at, as_of)
    row[1] = np.nan
    for i in range(len(percent)):
        if not np.isnan(percent[i]):
            row[1] = percent[i]
    row[2] = count_within(incident_at, as_of, 30)
    row[3] = sum_between(minutes, window_start(incident_at, as_of, 14), len(minutes))
