"""Orders that were sent back."""

from functools import partial

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import ORDERS, RETURNS
from app.features.known import KnownCustomer, events_in
from app.features.windows import count_within, days_since_last, ratio
from app.features.workspace import Workspace

_within = partial(within, family="returns", riskier=None)

FEATURES = (
    _within("returns_90d", "{value} in the last 90 days", unit="returns", days=90),
    _within("return_share_365d", "returns came to {value} of the orders of the last 365 days",
            unit="share", days=365, missing="no order in the last 365 days"),
    ever("days_since_return", "{value} since the last return", family="returns", unit="days",
         riskier=None, missing="never returned an order"),
)  # fmt: skip  # read as the table it is
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the return features of one customer.

    The amounts of returns are not used: logs disagree on whether a value returned is negative.
    """
    as_of = customer.as_of
    returned_at = events_in(customer.events, RETURNS).occurred_at
    ordered_at = events_in(customer.events, ORDERS).occurred_at
    n_returned, n_ordered = (
        count_within(returned_at, as_of, 365),
        count_within(ordered_at, as_of, 365),
    )
    row[COLUMNS.returns_90d] = count_within(returned_at, as_of, 90)
    row[COLUMNS.return_share_365d] = ratio(n_returned, n_ordered)
    row[COLUMNS.days_since_return] = days_since_last(returned_at, as_of)


FAMILY = FeatureFamily(FEATURES, reads=(RETURNS, ORDERS), measure=measure)
