"""The one way from a history to features: for one customer, a thousand, or all of them."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.features import logins, orders, spend, tenure
from app.features.arrays import Moments, Numbers, Positions
from app.features.catalogue import FEATURE_NAMES, offsets
from app.features.history import History, group_and_sort
from app.features.kinds import LOGINS, ORDERS
from app.features.known import Columns, Known, empty_known, take_known
from app.features.logins import measure_logins
from app.features.orders import measure_orders
from app.features.revision import revision
from app.features.spend import measure_spend
from app.features.tenure import measure_tenure

_N_FEATURES = len(FEATURE_NAMES)
_LOGINS = offsets(logins.FEATURES)
_ORDERS = offsets(orders.FEATURES)
_SPEND = offsets(spend.FEATURES)
_TENURE = offsets(tenure.FEATURES)

Kernel = Callable[[Columns, Positions, Moments, Moments, Numbers], int]


def features_of(history: History, *, as_of: int | Moments) -> NDArray[np.float64]:
    """Return the features of every customer as of a moment.

    Pure: the history is never modified, the order in which its log was read does not matter, and
    each customer's row is the same, bit for bit, whoever else is in the history.

    Parameters
    ----------
    history
        The activity of the customers.
    as_of
        Microseconds since the epoch (UTC): one moment for all, or one for each customer, shape
        (n_customers,).

    Returns
    -------
    float64 array of shape (n_customers, n_features), columns as in `FEATURE_NAMES`; finite, or NaN
    where the catalogue says so.
    """
    moments = np.empty(history.n_customers, np.int64)
    moments[:] = as_of
    rows = np.empty((history.n_customers, _N_FEATURES))
    _kernel()(columns_of(history), history.starts, history.signed_up_at, moments, rows)
    return rows


def columns_of(history: History) -> Columns:
    """Return the columns of `history` as kernels take them."""
    return Columns(
        history.occurred_at,
        history.received_at,
        history.kind,
        history.channel,
        history.detail,
        history.ref,
        history.amount,
        history.until,
    )


def warm_up() -> None:
    """Compile or load every kernel, so that no request ever waits for that."""
    nothing = np.empty(0, np.int64)
    history = group_and_sort(
        customer_ids=["nobody"],
        customer_codes=nothing,
        occurred_at=nothing,
        kind=nothing.astype(np.int16),
    )
    features_of(history, as_of=0)


@cache
def _kernel() -> Kernel:
    this_revision = revision()

    @njit(cache=True, nogil=True)
    def measure_all(
        columns: Columns, starts: Positions, signed_up_at: Moments, as_of: Moments, rows: Numbers
    ) -> int:
        known = empty_known(_longest(starts))
        for customer in range(len(as_of)):
            first, last = starts[customer], starts[customer + 1]
            take_known(columns, first, last, as_of[customer], known)
            _measure(known, signed_up_at[customer], as_of[customer], rows[customer])
        return this_revision

    return measure_all


@njit
def _longest(starts: Positions) -> int:
    longest = 0
    for i in range(len(starts) - 1):
        longest = max(longest, starts[i + 1] - starts[i])
    return longest


@njit
def _measure(known: Known, signed_up_at: int, as_of: int, row: Numbers) -> None:
    """Let each family write its part of the row of one customer."""
    starts, moments = known.starts, known.occurred_at
    n = starts[-1]

    a, b = starts[LOGINS], starts[LOGINS + 1]
    measure_logins(moments[a:b], as_of, row[_LOGINS[0] : _LOGINS[1]])

    a, b = starts[ORDERS], starts[ORDERS + 1]
    # The renewal dates of orders mean nothing: their place serves as room for the gaps.
    measure_orders(moments[a:b], as_of, known.until[a:b], row[_ORDERS[0] : _ORDERS[1]])
    measure_spend(moments[a:b], known.amount[a:b], as_of, row[_SPEND[0] : _SPEND[1]])

    measure_tenure(moments[:n], known.kind[:n], signed_up_at, as_of, row[_TENURE[0] : _TENURE[1]])
