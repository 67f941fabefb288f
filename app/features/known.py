"""What was known of one customer as of a moment, grouped so that each family finds its events."""

from typing import NamedTuple

import numpy as np

from app.compiled.kernel import bulk_data, part
from app.features.arrays import NO_MOMENT, Codes, Kinds, Moments, Numbers, Positions, Refs
from app.features.history import History
from app.features.kinds import ACCOUNT_KNOWN, GROUP_OF_KIND, N_GROUPS


@bulk_data
class HistoryColumns(NamedTuple):
    """The columns of a `History` that kernels read."""

    occurred_at: Moments
    received_at: Moments
    kind: Kinds
    channel: Codes
    detail: Codes
    ref: Refs
    amount: Numbers
    until: Moments


class KnownEvents(NamedTuple):
    """The events of one customer that were known as of a moment, group by group.

    Group g owns positions ``starts[g]`` to ``starts[g + 1]`` of the other arrays; `starts` has
    ``N_GROUPS + 1`` entries. Within a group events ascend as in `History`. The arrays are used
    again for each customer and are at least as long as the longest history.
    """

    starts: Positions
    occurred_at: Moments
    kind: Kinds
    channel: Codes
    detail: Codes
    ref: Refs
    amount: Numbers
    until: Moments


class EventColumns(NamedTuple):
    """Some of the known events: equally long arrays, types and meaning as in `History`."""

    occurred_at: Moments
    kind: Kinds
    channel: Codes
    detail: Codes
    ref: Refs
    amount: Numbers
    until: Moments


class KnownCustomer(NamedTuple):
    """What families measure: one customer as of a moment. Moments are microseconds (UTC).

    All events lie before `as_of`. `joined_at` is the sign-up where it is known and before `as_of`,
    otherwise the first activity, or `as_of` where there is none.
    """

    events: KnownEvents
    joined_at: int
    as_of: int


def history_columns(history: History) -> HistoryColumns:
    """Return the columns of `history` as kernels take them."""
    return HistoryColumns(
        history.occurred_at,
        history.received_at,
        history.kind,
        history.channel,
        history.detail,
        history.ref,
        history.amount,
        history.until,
    )


def longest_history(starts: Positions) -> int:
    """Return the number of events of the customer with the most."""
    return int(np.maximum.reduce(starts[1:] - starts[:-1], initial=0))


def empty_known_events(capacity: int) -> KnownEvents:
    """Return arrays for the known events of a customer with up to `capacity` events."""
    return KnownEvents(
        np.zeros(N_GROUPS + 1, np.int64),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int16),
        np.empty(capacity, np.int8),
        np.empty(capacity, np.int8),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.float64),
        np.empty(capacity, np.int64),
    )


@part
def select_known(
    columns: HistoryColumns, first: int, last: int, as_of: int, known: KnownEvents
) -> None:
    """Fill `known` with those of the events ``first:last`` that were known as of `as_of`.

    An event is known if it both occurred and was received before `as_of`. The events must ascend
    by `occurred_at`; the columns are only read.
    """
    occurred_at, received_at, kind = columns.occurred_at, columns.received_at, columns.kind
    starts = known.starts
    starts[:] = 0
    end = first
    while end < last and occurred_at[end] < as_of:
        if received_at[end] < as_of:
            starts[GROUP_OF_KIND[kind[end]] + 1] += 1
        end += 1
    for group in range(N_GROUPS):
        starts[group + 1] += starts[group]
    for i in range(first, end):
        if received_at[i] >= as_of:
            continue
        group = GROUP_OF_KIND[kind[i]]
        target = starts[group]
        starts[group] += 1
        known.occurred_at[target] = occurred_at[i]
        known.kind[target] = kind[i]
        known.channel[target] = columns.channel[i]
        known.detail[target] = columns.detail[i]
        known.ref[target] = columns.ref[i]
        known.amount[target] = columns.amount[i]
        known.until[target] = columns.until[i]
    for group in range(N_GROUPS, 0, -1):  # writing moved each start to its group's end
        starts[group] = starts[group - 1]
    starts[0] = 0


@part
def events_in(known: KnownEvents, group: int) -> EventColumns:
    """Return the events of one group, in the order of time."""
    return _columns_between(known, known.starts[group], known.starts[group + 1])


@part
def all_events(known: KnownEvents) -> EventColumns:
    """Return the events of all groups, group after group."""
    return _columns_between(known, 0, known.starts[N_GROUPS])


@part
def _columns_between(known: KnownEvents, first: int, last: int) -> EventColumns:
    return EventColumns(
        known.occurred_at[first:last],
        known.kind[first:last],
        known.channel[first:last],
        known.detail[first:last],
        known.ref[first:last],
        known.amount[first:last],
        known.until[first:last],
    )


@part
def joined_at(known: KnownEvents, signed_up_at: int, as_of: int) -> int:
    """Return when the customer joined, see `KnownCustomer`; NO_MOMENT = sign-up not known.

    A version of the account is no activity.
    """
    if NO_MOMENT < signed_up_at < as_of:
        return signed_up_at
    first = as_of
    for group in range(N_GROUPS):
        i, end = known.starts[group], known.starts[group + 1]
        while i < end and known.kind[i] == ACCOUNT_KNOWN:
            i += 1
        if i < end:
            first = min(first, known.occurred_at[i])
    return first
