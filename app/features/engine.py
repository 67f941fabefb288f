"""The one way from a history to features: for one customer, a thousand, or all of them."""

import threading

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.features.arrays import Moments, Numbers, Positions
from app.features.catalogue import FEATURE_NAMES, first_column
from app.features.families import (
    channels,
    logins,
    messages,
    notices,
    onboarding,
    orders,
    others,
    payments,
    returns,
    spend,
    subscription,
    support,
    surveys,
    tenure,
    usage,
)
from app.features.families.channels import measure_channels
from app.features.families.logins import measure_logins
from app.features.families.messages import measure_messages
from app.features.families.notices import measure_notices
from app.features.families.onboarding import measure_onboarding
from app.features.families.orders import measure_orders
from app.features.families.others import measure_others
from app.features.families.payments import measure_payments
from app.features.families.returns import measure_returns
from app.features.families.spend import measure_spend
from app.features.families.subscription import measure_subscription
from app.features.families.support import measure_support
from app.features.families.surveys import measure_surveys
from app.features.families.tenure import measure_tenure
from app.features.families.usage import measure_usage
from app.features.history import History, group_and_sort
from app.features.kinds import (
    INCIDENTS,
    LOGINS,
    MESSAGES,
    ORDERS,
    OTHERS,
    PAYMENTS,
    PRICE_NOTICES,
    RETURNS,
    STEPS,
    SUBSCRIPTIONS,
    SURVEYS,
    TICKETS,
    USAGE,
)
from app.features.known import Columns, Known, columns_of, empty_known, longest_slice, take_known
from app.features.population import last_activity_at, subscribed_at
from app.features.refs import Room, empty_room

_N_FEATURES = len(FEATURE_NAMES)
_MOST_KEPT = 4_096  # events, half a megabyte; hardly any customer has more
_LOGINS = first_column(logins.FEATURES)
_USAGE = first_column(usage.FEATURES)
_ORDERS = first_column(orders.FEATURES)
_SPEND = first_column(spend.FEATURES)
_RETURNS = first_column(returns.FEATURES)
_SUPPORT = first_column(support.FEATURES)
_SUBSCRIPTION = first_column(subscription.FEATURES)
_PAYMENTS = first_column(payments.FEATURES)
_MESSAGES = first_column(messages.FEATURES)
_SURVEYS = first_column(surveys.FEATURES)
_ONBOARDING = first_column(onboarding.FEATURES)
_CHANNELS = first_column(channels.FEATURES)
_TENURE = first_column(tenure.FEATURES)
_NOTICES = first_column(notices.FEATURES)
_OTHERS = first_column(others.FEATURES)


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
    n = history.n_events  # an upper limit that is known at once
    known, room = _space.of(n if n <= _MOST_KEPT else longest_slice(history.starts))
    _measure_each(
        columns_of(history), history.starts, history.signed_up_at, moments, rows, known, room
    )
    return rows


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
    last_activity_at(history, as_of=0)
    subscribed_at(history, as_of=0)


class _Space(threading.local):
    """Working space, kept from call to call: to take it costs one customer a quarter of the call.

    Each thread has its own, as kernels run side by side.
    """

    capacity = -1

    def of(self, capacity: int) -> tuple[Known, Room]:
        """Return space for customers with up to `capacity` events."""
        if capacity > _MOST_KEPT:
            return empty_known(capacity), empty_room(capacity)
        if capacity > self.capacity:
            self.capacity = min(2 * capacity + 64, _MOST_KEPT)
            self.space = empty_known(self.capacity), empty_room(self.capacity)
        return self.space


_space = _Space()


@entry
def _measure_each(
    columns: Columns,
    starts: Positions,
    signed_up_at: Moments,
    as_of: Moments,
    rows: Numbers,
    known: Known,
    room: Room,
) -> None:
    for customer in range(len(as_of)):
        first, last = starts[customer], starts[customer + 1]
        take_known(columns, first, last, as_of[customer], known)
        _measure(known, room, signed_up_at[customer], as_of[customer], rows[customer])


@part
def _measure(known: Known, room: Room, signed_up_at: int, as_of: int, row: Numbers) -> None:
    """Let each family write its part of the row of one customer."""
    _measure_engagement(known, room, as_of, row)
    _measure_orders(known, as_of, row)
    _measure_contract(known, as_of, row)
    _measure_contacts(known, room, as_of, row)
    _measure_whole(known, room, signed_up_at, as_of, row)


@part
def _measure_engagement(known: Known, room: Room, as_of: int, row: Numbers) -> None:
    starts, moments = known.starts, known.occurred_at
    measure_logins(moments[starts[LOGINS] : starts[LOGINS + 1]], as_of, row[_LOGINS:])
    a, b = starts[USAGE], starts[USAGE + 1]
    measure_usage(moments[a:b], known.ref[a:b], known.amount[a:b], as_of, room, row[_USAGE:])
    measure_others(moments[starts[OTHERS] : starts[OTHERS + 1]], as_of, row[_OTHERS:])


@part
def _measure_orders(known: Known, as_of: int, row: Numbers) -> None:
    starts, moments = known.starts, known.occurred_at
    a, b = starts[ORDERS], starts[ORDERS + 1]
    # The renewal dates of orders mean nothing: their place serves as room for the gaps.
    measure_orders(moments[a:b], as_of, known.until[a:b], row[_ORDERS:])
    measure_spend(moments[a:b], known.amount[a:b], as_of, row[_SPEND:])
    returned_at = moments[starts[RETURNS] : starts[RETURNS + 1]]
    measure_returns(returned_at, moments[a:b], as_of, row[_RETURNS:])


@part
def _measure_contract(known: Known, as_of: int, row: Numbers) -> None:
    starts, moments = known.starts, known.occurred_at
    a, b = starts[SUBSCRIPTIONS], starts[SUBSCRIPTIONS + 1]
    measure_subscription(
        moments[a:b], known.kind[a:b], known.amount[a:b], known.until[a:b], as_of,
        row[_SUBSCRIPTION:],
    )  # fmt: skip  # one argument per line tells no more
    measure_payments(moments[starts[PAYMENTS] : starts[PAYMENTS + 1]], as_of, row[_PAYMENTS:])
    a, b = starts[PRICE_NOTICES], starts[PRICE_NOTICES + 1]
    c, d = starts[INCIDENTS], starts[INCIDENTS + 1]
    measure_notices(
        moments[a:b], known.amount[a:b], moments[c:d], known.amount[c:d], as_of, row[_NOTICES:]
    )


@part
def _measure_contacts(known: Known, room: Room, as_of: int, row: Numbers) -> None:
    starts, moments, kind, ref = known.starts, known.occurred_at, known.kind, known.ref
    a, b = starts[TICKETS], starts[TICKETS + 1]
    measure_support(
        moments[a:b], kind[a:b], known.detail[a:b], ref[a:b], as_of, room, row[_SUPPORT:]
    )
    a, b = starts[MESSAGES], starts[MESSAGES + 1]
    measure_messages(
        moments[a:b], kind[a:b], known.channel[a:b], ref[a:b], as_of, room, row[_MESSAGES:]
    )
    a, b = starts[SURVEYS], starts[SURVEYS + 1]
    measure_surveys(moments[a:b], known.detail[a:b], known.amount[a:b], as_of, row[_SURVEYS:])


@part
def _measure_whole(known: Known, room: Room, signed_up_at: int, as_of: int, row: Numbers) -> None:
    starts, moments = known.starts, known.occurred_at
    n = starts[-1]
    measure_channels(moments[:n], known.kind[:n], known.channel[:n], as_of, row[_CHANNELS:])
    joined_at = measure_tenure(moments[:n], known.kind[:n], signed_up_at, as_of, row[_TENURE:])
    first_value_at = as_of
    for group in (USAGE, ORDERS):
        if starts[group] < starts[group + 1]:
            first_value_at = min(first_value_at, moments[starts[group]])
    a, b = starts[STEPS], starts[STEPS + 1]
    measure_onboarding(
        moments[a:b], known.ref[a:b], known.amount[a:b], joined_at, first_value_at, as_of, room,
        row[_ONBOARDING:],
    )  # fmt: skip  # one argument per line tells no more
