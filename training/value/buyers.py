"""Buyers: what was known of them at a moment, and what they ordered in the window after it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.closed_form import ORDER_COLUMNS
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.engine import features_of
from app.features.history import History
from app.features.outcomes import code_of_event
from training.dataset.history_slices import customer_of_events, known_before
from training.dataset.snapshots import Window
from training.learning.btyd import Rhythms

Numbers = NDArray[np.float64]

ORDER: Final = "order_placed"
UNIT_DAYS: Final = 7.0  # buy-till-you-die is fitted in weeks: parameters stay between 0.1 and 100


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What happened in a window, float64 arrays of shape (n,).

    Attributes
    ----------
    orders : number of orders.
    order_days : days (UTC) with an order, which is what buy-till-you-die counts.
    revenue : sum of their amounts; orders without an amount add nothing.
    """

    orders: Numbers
    order_days: Numbers
    revenue: Numbers


def buyers_at(history: History, *, as_of: int) -> tuple[NDArray[np.int64], Numbers]:
    """Return the positions of customers who had ordered before `as_of`, and their features."""
    features = features_of(known_before(history, moment=as_of), as_of=as_of)
    buyers = np.flatnonzero(features[:, ORDER_COLUMNS.orders] > 0)
    return buyers.astype(np.int64), features[buyers]


def rhythms_of(features: Numbers) -> Rhythms:
    """Return the rhythms of buyers in weeks, from the same features that serving uses."""
    repeats = features[:, ORDER_COLUMNS.order_days] - 1
    age = features[:, ORDER_COLUMNS.since_first]
    last_at = np.where(repeats > 0, age - features[:, ORDER_COLUMNS.since_last], 0.0)
    return Rhythms(repeats, last_at / UNIT_DAYS, age / UNIT_DAYS)


def day_amounts(features: Numbers) -> Numbers:
    """Return each buyer's mean amount on a day with orders; NaN = not known."""
    per_day = features[:, ORDER_COLUMNS.orders] / features[:, ORDER_COLUMNS.order_days]
    return np.asarray(np.maximum(features[:, ORDER_COLUMNS.order_amount] * per_day, 0.0))


def outcomes_in(history: History, window: Window, buyers: NDArray[np.int64]) -> Outcomes:
    """Return what the customers at these positions ordered in the window."""
    rows = (
        (history.kind == code_of_event(ORDER))
        & (history.occurred_at >= window.as_of)
        & (history.occurred_at < window.closes_at)
    )
    n_customers = len(history.starts) - 1
    owner = customer_of_events(history)[rows]
    day = history.occurred_at[rows] // MICROSECONDS_PER_DAY
    new_day = np.ones(len(owner), dtype=np.bool_)  # rows ascend within a customer
    new_day[1:] = (owner[1:] != owner[:-1]) | (day[1:] != day[:-1])
    amount = np.nan_to_num(history.amount[rows])

    def per_buyer(owners: NDArray[np.int64], weights: Numbers | None = None) -> Numbers:
        counts = np.bincount(owners, weights=weights, minlength=n_customers)
        return counts[buyers].astype(np.float64)

    return Outcomes(per_buyer(owner), per_buyer(owner[new_day]), per_buyer(owner, amount))
