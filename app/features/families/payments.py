"""Payments that failed."""

from functools import partial

from app.compiled.kernel import part
from app.features.arrays import Moments, Numbers
from app.features.feature import ever, within
from app.features.windows import count_within, days_since_last

_within = partial(within, family="payments", unit="payments", riskier=True)

FEATURES = (
    _within("payments_failed_30d", "{value} failed in the last 30 days", days=30),
    _within("payments_failed_90d", "{value} failed in the last 90 days", days=90),
    ever("days_since_payment_failed", "{value} since a payment last failed", family="payments",
         unit="days", riskier=None, missing="no payment ever failed"),
)  # fmt: skip  # read as the table it is


@part
def measure_payments(failed_at: Moments, as_of: int, row: Numbers) -> None:
    """Write the payment features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    failed_at
        The failed payments: microseconds (UTC), ascending, all before `as_of`.
    as_of
        The moment of the snapshot.
    row
        Receives the features; NaN as the catalogue says.
    """
    row[0] = count_within(failed_at, as_of, 30)
    row[1] = count_within(failed_at, as_of, 90)
    row[2] = days_since_last(failed_at, as_of)
