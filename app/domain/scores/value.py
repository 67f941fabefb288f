"""Value: what a customer is expected to bring."""

from typing import NamedTuple


class ExpectedValue(NamedTuple):
    """What one customer is expected to bring; None where that cannot be known.

    Amounts are in the currency of the bundle. "Within the horizon" means within the days that the
    churn definition names; "12m" means within 365 days.
    """

    orders: float | None  # within the horizon
    revenue: float | None  # within the horizon
    orders_12m: float | None
    revenue_12m: float | None
    revenue_12m_if_kept: float | None  # if the customer stays; tiers by value rest on it
    next_order_at: int | None  # microseconds (UTC), in whole seconds
    at_risk: float | None  # churn probability times `revenue_12m`
