"""Orders sent back."""

from functools import partial

from app.compiled.kernel import part
from app.features.arrays import Moments, Numbers
from app.features.feature import ever, within
from app.features.windows import count_within, days_since_last, ratio

_within = partial(within, family="returns", riskier=None)

FEATURES = (
    _within("returns_90d", "{value} in the last 90 days", unit="returns", days=90),
    _within("return_share_365d", "returns came to {value} of the orders of the last 365 days",
            unit="share", days=365, missing="no order in the last 365 days"),
    ever("days_since_return", "{value} since the last return", family="returns", unit="days",
         riskier=None, missing="never returned an order"),
)  # fmt: skip  # read as the table it is


@part
def measure_returns(returned_at: Moments, ordered_at: Moments, as_of: int, row: Numbers) -> None:
    """Write the return features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    returned_at, ordered_at
        The customer's returns and orders: microseconds (UTC), ascending, all before `as_of`. Their
        amounts play no part: logs disagree about the sign of what is given back.
    as_of
        The moment of the snapshot.
    row
        Receives the features; NaN as the catalogue says.
    """
    row[0] = count_within(returned_at, as_of, 90)
    row[1] = ratio(count_within(returned_at, as_of, 365), count_within(ordered_at, as_of, 365))
    row[2] = days_since_last(returned_at, as_of)
