"""Spend on orders and its trend; an amount in another currency than the bundle's counts as none."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import ORDERS
from app.features.known import EventColumns, KnownCustomer, events_in
from app.features.windows import ratio, sum_between, window_start
from app.features.workspace import Workspace

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
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the spend features of one customer."""
    as_of, orders = customer.as_of, events_in(customer.events, ORDERS)
    total = sum_between(orders.amount, 0, len(orders.amount))
    last_30, last_60 = _spend(orders, as_of, 30, 0), _spend(orders, as_of, 60, 0)
    last_90 = _spend(orders, as_of, 90, 0)
    row[COLUMNS.spend_total] = total
    row[COLUMNS.spend_30d] = last_30
    row[COLUMNS.spend_60d] = last_60
    row[COLUMNS.spend_90d] = last_90
    row[COLUMNS.spend_365d] = _spend(orders, as_of, 365, 0)
    row[COLUMNS.spend_trend_30d] = ratio(last_30, _spend(orders, as_of, 60, 30))
    row[COLUMNS.spend_trend_60d] = ratio(last_60, _spend(orders, as_of, 120, 60))
    row[COLUMNS.spend_trend_90d] = ratio(last_90, _spend(orders, as_of, 180, 90))
    last_amount, n_amounts = np.nan, 0
    for amount in orders.amount:
        if not np.isnan(amount):
            last_amount = amount
            n_amounts += 1
    if n_amounts:
        row[COLUMNS.order_amount_mean] = total / n_amounts
        row[COLUMNS.order_amount_last_ratio] = ratio(last_amount, total / n_amounts)


@part
def _spend(orders: EventColumns, as_of: int, days: int, end_days: int) -> float:
    """Return the spend in ``[as_of - days, as_of - end_days)``."""
    first = window_start(orders.occurred_at, as_of, days)
    return sum_between(orders.amount, first, window_start(orders.occurred_at, as_of, end_days))


FAMILY = FeatureFamily(FEATURES, reads=(ORDERS,), measure=measure)
