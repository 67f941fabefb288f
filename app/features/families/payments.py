"""Payments that failed."""

from functools import partial

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import PAYMENTS
from app.features.known import KnownCustomer, events_in
from app.features.windows import count_within, days_since_last
from app.features.workspace import Workspace

_within = partial(within, family="payments", unit="payments", riskier=True)

FEATURES = (
    _within("payments_failed_30d", "{value} failed in the last 30 days", days=30),
    _within("payments_failed_90d", "{value} failed in the last 90 days", days=90),
    ever("days_since_payment_failed", "{value} since a payment last failed", family="payments",
         unit="days", riskier=None, missing="no payment ever failed"),
)  # fmt: skip  # read as the table it is
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the payment features of one customer."""
    as_of, failed_at = customer.as_of, events_in(customer.events, PAYMENTS).occurred_at
    row[COLUMNS.payments_failed_30d] = count_within(failed_at, as_of, 30)
    row[COLUMNS.payments_failed_90d] = count_within(failed_at, as_of, 90)
    row[COLUMNS.days_since_payment_failed] = days_since_last(failed_at, as_of)


FAMILY = FeatureFamily(FEATURES, reads=(PAYMENTS,), measure=measure)
