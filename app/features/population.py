"""Whom a churn definition speaks about, and when a customer last did anything."""

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry
from app.domain.activity import TYPE_CODES
from app.domain.churn import ChurnDefinition, ChurnKind
from app.features.arrays import NO_MOMENT, Moments, Positions
from app.features.families.subscription import follow_subscription, is_running
from app.features.history import History
from app.features.kinds import IS_OWN, SUBSCRIPTIONS
from app.features.known import Columns, Known, columns_of, empty_known, longest_slice, take_known

_NO_EVENT = -1  # where only the last activity is asked for


def in_population(history: History, churn: ChurnDefinition, *, as_of: int) -> NDArray[np.bool_]:
    """Return for each customer whether a churn probability as of `as_of` has a meaning.

    Absence of an event: the event was known at least once before `as_of`. Cancellation: the
    subscription is running at `as_of`.

    Returns
    -------
    bool array of shape (n_customers,).

    Raises
    ------
    ValueError
        If the definition names an activity type that the features do not know.
    """
    return population_and_last(history, churn, as_of=as_of)[0]


def last_activity_at(history: History, *, as_of: int) -> Moments:
    """Return when each customer last did anything, as known at `as_of`; NO_MOMENT = never.

    What the company did (messages, replies, notices, account versions), incidents, and what runs by
    itself (renewals, failed payments) does not count; types we do not know do.

    Returns
    -------
    int64 array of shape (n_customers,), microseconds (UTC).
    """
    known, last = np.empty(history.n_customers, np.bool_), np.empty(history.n_customers, np.int64)
    _find_population(columns_of(history), history.starts, as_of, _NO_EVENT, IS_OWN, known, last)
    return last


def population_and_last(
    history: History, churn: ChurnDefinition, *, as_of: int
) -> tuple[NDArray[np.bool_], Moments]:
    """Return what `in_population` and `last_activity_at` say, at the cost of one of them."""
    if churn.event not in TYPE_CODES:
        raise ValueError(
            f"churn event {churn.event!r} is none of the known activity types "
            f"({', '.join(TYPE_CODES)})"
        )
    if churn.kind is ChurnKind.CANCELLATION:
        return subscribed_at(history, as_of=as_of), last_activity_at(history, as_of=as_of)
    known, last = np.empty(history.n_customers, np.bool_), np.empty(history.n_customers, np.int64)
    event = TYPE_CODES[churn.event]
    _find_population(columns_of(history), history.starts, as_of, event, IS_OWN, known, last)
    return known, last


def subscribed_at(history: History, *, as_of: int) -> NDArray[np.bool_]:
    """Return whether each customer's subscription is running, as known at `as_of`.

    Running: begun, not cancelled, and not past its renewal date. The feature `subscribed` says the
    same.
    """
    running = np.empty(history.n_customers, np.bool_)
    known = empty_known(longest_slice(history.starts))
    _find_subscribed(columns_of(history), history.starts, as_of, known, running)
    return running


@entry
def _find_population(
    columns: Columns,
    starts: Positions,
    as_of: int,
    event: int,
    is_own: NDArray[np.bool_],
    known: NDArray[np.bool_],
    last: Moments,
) -> None:
    """Write whether `event` was known of each customer, and when they last did anything.

    `_NO_EVENT` is known of everybody, so that nobody's history is read for its sake.
    """
    occurred_at, received_at, kind = columns.occurred_at, columns.received_at, columns.kind
    for customer in range(len(known)):
        known[customer], last[customer] = event == _NO_EVENT, NO_MOMENT
        for i in range(starts[customer + 1] - 1, starts[customer] - 1, -1):
            if occurred_at[i] >= as_of or received_at[i] >= as_of:
                continue
            if last[customer] == NO_MOMENT and is_own[kind[i]]:
                last[customer] = occurred_at[i]
            known[customer] |= kind[i] == event
            if known[customer] and last[customer] != NO_MOMENT:
                break


@entry
def _find_subscribed(
    columns: Columns, starts: Positions, as_of: int, known: Known, running: NDArray[np.bool_]
) -> None:
    for customer in range(len(running)):
        take_known(columns, starts[customer], starts[customer + 1], as_of, known)
        a, b = known.starts[SUBSCRIPTIONS], known.starts[SUBSCRIPTIONS + 1]
        subscription = follow_subscription(
            known.occurred_at[a:b], known.kind[a:b], known.amount[a:b], known.until[a:b]
        )
        running[customer] = is_running(subscription, as_of)
