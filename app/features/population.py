"""Whom a churn definition speaks about, and when a customer last did anything."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.domain.activity import TYPE_CODES
from app.domain.churn import ChurnDefinition, ChurnKind
from app.features.arrays import NO_MOMENT, Kinds, Moments, Positions
from app.features.history import History
from app.features.kinds import IS_OWN


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
    if churn.event not in TYPE_CODES:
        raise ValueError(
            f"churn event {churn.event!r} is none of the known activity types "
            f"({', '.join(TYPE_CODES)})"
        )
    if churn.kind is ChurnKind.ABSENCE:
        kinds = np.zeros(len(TYPE_CODES), np.bool_)
        kinds[TYPE_CODES[churn.event]] = True
        return _last_at(history, as_of, kinds) != NO_MOMENT
    raise NotImplementedError


def last_activity_at(history: History, *, as_of: int) -> Moments:
    """Return when each customer last did anything, as known at `as_of`; NO_MOMENT = never.

    What the company did (messages, replies, notices, account versions), incidents, and what runs by
    itself (renewals, failed payments) does not count; types we do not know do.

    Returns
    -------
    int64 array of shape (n_customers,), microseconds (UTC).
    """
    return _last_at(history, as_of, IS_OWN)


def _last_at(history: History, as_of: int, kinds: NDArray[np.bool_]) -> Moments:
    return _last_of_kinds(
        history.starts, history.occurred_at, history.received_at, history.kind, as_of, kinds
    )


@njit(cache=True, nogil=True)
def _last_of_kinds(
    starts: Positions,
    occurred_at: Moments,
    received_at: Moments,
    kind: Kinds,
    as_of: int,
    kinds: NDArray[np.bool_],
) -> Moments:
    last = np.full(len(starts) - 1, NO_MOMENT, np.int64)
    for customer in range(len(last)):
        for i in range(starts[customer + 1] - 1, starts[customer] - 1, -1):
            if occurred_at[i] < as_of and received_at[i] < as_of and kinds[kind[i]]:
                last[customer] = occurred_at[i]
                break
    return last
