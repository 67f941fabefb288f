"""Logins: how many, how recent, and how regular."""

from functools import partial

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import LOGINS
from app.features.known import KnownCustomer, events_in
from app.features.windows import (
    count_before,
    count_within,
    days_between,
    days_since_last,
    distinct_days,
    ratio,
    window_start,
)
from app.features.workspace import Workspace

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
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the login features of one customer."""
    as_of, occurred_at = customer.as_of, events_in(customer.events, LOGINS).occurred_at
    n, n_last_30 = len(occurred_at), count_within(occurred_at, as_of, 30)
    days_since = days_since_last(occurred_at, as_of)
    last_30 = occurred_at[window_start(occurred_at, as_of, 30) :]
    row[COLUMNS.logins_7d] = count_within(occurred_at, as_of, 7)
    row[COLUMNS.logins_30d] = n_last_30
    row[COLUMNS.logins_60d] = count_within(occurred_at, as_of, 60)
    row[COLUMNS.logins_90d] = count_within(occurred_at, as_of, 90)
    row[COLUMNS.login_days_30d] = distinct_days(last_30, as_of)
    row[COLUMNS.days_since_login] = days_since
    row[COLUMNS.login_trend_30d] = ratio(n_last_30, count_before(occurred_at, as_of, 30))
    if n > 1:
        gap_mean = days_between(occurred_at[0], occurred_at[n - 1]) / (n - 1)
        row[COLUMNS.login_gap_mean_days] = gap_mean
        row[COLUMNS.login_gap_ratio] = ratio(days_since, gap_mean)


FAMILY = FeatureFamily(FEATURES, reads=(LOGINS,), measure=measure)
