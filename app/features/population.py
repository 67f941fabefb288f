"""Which customers a churn definition applies to, and when a customer was last active."""

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry
from app.domain.activity import TYPE_CODES
from app.domain.churn import ChurnDefinition, ChurnKind
from app.features.arrays import NO_MOMENT, Moments, Positions
from app.features.families.subscription import follow_subscription, is_running
from app.features.history import History
from app.features.kinds import IS_OWN, SUBSCRIPTIONS
from app.features.known import (
    HistoryColumns,
    KnownEvents,
    empty_known_events,
    events_in,
    history_columns,
    longest_history,
    select_known,
)

_NO_EVENT = -1  # where only the last activity is wanted


def in_population(history: History, churn: ChurnDefinition, *, as_of: int) -> NDArray[np.bool_]:
    """Return for each customer whether a churn probability as of `as_of` has a meaning.

    For absence of an event, the event must have been known at least once before `as_of`. For
    cancellation, the subscription must be running at `as_of`.

    Returns
    -------
    bool array of shape (n_customers,).

    Raises
    ------
    ValueError
        If the definition names an activity type outside the vocabulary.
    """
    return population_and_last(history, churn, as_of=as_of)[0]


def last_activity_at(history: History, *, as_of: int) -> Moments:
    """Return the moment of each customer's last own activity as known at `as_of`; NO_MOMENT = none.

    What the company did (messages, replies, notices, account versions), incidents, and what happens
    by itself (renewals, failed payments) does not count. Types outside the vocabulary do.

    Returns
    -------
    int64 array of shape (n_customers,), microseconds (UTC).
    """
    return _event_and_last(history, _NO_EVENT, as_of=as_of)[1]


def population_and_last(
    history: History, churn: ChurnDefinition, *, as_of: int
) -> tuple[NDArray[np.bool_], Moments]:
    """Return the results of `in_population` and `last_activity_at` at the cost of one of them."""
    if churn.event not in TYPE_CODES:
        raise ValueError(
            f"churn event {churn.event!r} is none of the known activity types "
            f"({', '.join(TYPE_CODES)})"
        )
    if churn.kind is ChurnKind.CANCELLATION:
        return subscribed_at(history, as_of=as_of), last_activity_at(history, as_of=as_of)
    return _event_and_last(history, TYPE_CODES[churn.event], as_of=as_of)


def subscribed_at(history: History, *, as_of: int) -> NDArray[np.bool_]:
    """Return for each customer whether a subscription is running, as known at `as_of`.

    Running means started, not cancelled, and not past its renewal date, as in the feature
    `subscribed`.
    """
    running = np.empty(history.n_customers, np.bool_)
    known = empty_known_events(longest_history(history.starts))
    _find_subscribed(history_columns(history), history.starts, as_of, known, running)
    return running


def _event_and_last(
    history: History, event: int, *, as_of: int
) -> tuple[NDArray[np.bool_], Moments]:
    n, columns = history.n_customers, history_columns(history)
    has_event, last = np.empty(n, np.bool_), np.empty(n, np.int64)
    _find_event_and_last(columns, history.starts, as_of, event, IS_OWN, has_event, last)
    return has_event, last


@entry
def _find_event_and_last(
    columns: HistoryColumns,
    starts: Positions,
    as_of: int,
    event: int,
    is_own: NDArray[np.bool_],
    has_event: NDArray[np.bool_],
    last: Moments,
) -> None:
    """Write for each customer whether `event` was known, and the last activity of their own.

    `_NO_EVENT` counts as known for everybody, so that no history is read further for its sake.
    """
    occurred_at, received_at, kind = columns.occurred_at, columns.received_at, columns.kind
    for customer in range(len(has_event)):
        has_event[customer], last[customer] = event == _NO_EVENT, NO_MOMENT
        for i in range(starts[customer + 1] - 1, starts[customer] - 1, -1):
            if occurred_at[i] >= as_of or received_at[i] >= as_of:
                continue
            if last[customer] == NO_MOMENT and is_own[kind[i]]:
                last[customer] = occurred_at[i]
            has_event[customer] |= kind[i] == event
            if has_event[customer] and last[customer] != NO_MOMENT:
                break


@entry
def _find_subscribed(
    columns: HistoryColumns,
    starts: Positions,
    as_of: int,
    known: KnownEvents,
    running: NDArray[np.bool_],
) -> None:
    for customer in range(len(running)):
        select_known(columns, starts[customer], starts[customer + 1], as_of, known)
        subscription = follow_subscription(events_in(known, SUBSCRIPTIONS))
        running[customer] = is_running(subscription, as_of)
