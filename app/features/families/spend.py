"""Spend on orders and its trend; amounts in another currency than the bundle's count as none."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Moments, Numbers
from app.features.feature import ever, within
from app.features.windows import ratio, sum_between, window_start

_within = partial(within, family="spend", riskier=False)
_ever = partial(ever, family="spend")

FEATURES = (
    _ever("spend_total", "{value} spent in all", unit="money", riskier=False),
    *(_within(f"spend_{days}d", f"{{value}} spent in the last {days} days", unit="money", days=days)
      for days in (30, 60, 90, 365)),
    *(_within(f"spend_trend_{days}d",
              f"{{value}} as much spent in the last {days} days as in the {days} before",
              unit="times", days=2 * days,
              missing=f"nothing spent in the {days} days before the last {days}")
      for days in (30, 60, 90)),
    _ever("order_amount_mean", "{value} an order on average", unit="money", riskier=None,
          missing="no order with an amount"),
    _ever("order_amount_last_ratio", "the last order was {value} the customer's average",
          unit="times", riskier=None, missing="no order with an amount"),
)  # fmt: skip  # read as the table it is


@part
def measure_spend(occurred_at: Moments, amount: Numbers, as_of: int, row: Numbers) -> None:
    """Write the spend features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at, amount
        The customer's orders: microseconds (UTC), ascending, all before `as_of`, and their values
        (NaN = none).
    as_of
        The moment of the snapshot.
    row
        Receives the features; NaN as the catalogue says.
    """
    n = len(occurred_at)
    row[0] = sum_between(amount, 0, n)
    row[1] = _spend(occurred_at, amount, as_of, 30, 0)
    row[2] = _spend(occurred_at, amount, as_of, 60, 0)
    row[3] = _spend(occurred_at, amount, as_of, 90, 0)
    row[4] = _spend(occurred_at, amount, as_of, 365, 0)
    row[5] = ratio(row[1], _spend(occurred_at, amount, as_of, 60, 30))
    row[6] = ratio(row[2], _spend(occurred_at, amount, as_of, 120, 60))
    row[7] = ratio(row[3], _spend(occurred_at, amount, as_of, 180, 90))
    last, n_amounts = np.nan, 0
    for i in range(n):
        if not np.isnan(amount[i]):
            last = amount[i]
            n_amounts += 1
    row[8] = row[0] / n_amounts if n_amounts else np.nan
    row[9] = ratio(last, row[8])


@part
def _spend(occurred_at: Moments, amount: Numbers, as_of: int, days: int, end_days: int) -> float:
    """Return the spend in ``[as_of - days, as_of - end_days)``."""
    first = window_start(occurred_at, as_of, days)
    return sum_between(amount, first, window_start(occurred_at, as_of, end_days))
