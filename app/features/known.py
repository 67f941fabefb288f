"""What was known of one customer as of a moment, laid out so that each family finds its own."""

from typing import NamedTuple

import numpy as np

from app.compiled.kernel import part, worked_through
from app.features.arrays import Codes, Kinds, Moments, Numbers, Positions, Refs
from app.features.history import History
from app.features.kinds import GROUP_OF_KIND, N_GROUPS


@worked_through
class Columns(NamedTuple):
    """The columns of a `History` that kernels read."""

    occurred_at: Moments
    received_at: Moments
    kind: Kinds
    channel: Codes
    detail: Codes
    ref: Refs
    amount: Numbers
    until: Moments


class Known(NamedTuple):
    """The events of one customer known as of a moment, grouped by family, in order within each.

    Group g owns rows ``starts[g]:starts[g + 1]``. The arrays are reused from customer to customer
    and are as long as the longest history.
    """

    starts: Positions
    occurred_at: Moments
    kind: Kinds
    channel: Codes
    detail: Codes
    ref: Refs
    amount: Numbers
    until: Moments


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


def longest_slice(starts: Positions) -> int:
    """Return the number of events of the customer who has most."""
    return int(np.maximum.reduce(starts[1:] - starts[:-1], initial=0))


def empty_known(capacity: int) -> Known:
    """Return room for what is known of a customer with up to `capacity` events."""
    return Known(
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
def take_known(columns: Columns, first: int, last: int, as_of: int, known: Known) -> None:
    """Fill `known` with those of the rows ``first:last`` that were known as of `as_of`.

    The columns are only read. The rows must ascend by `occurred_at`. An event is known if it both
    occurred and was received before `as_of`.
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
    for group in range(N_GROUPS, 0, -1):  # placing moved each start to its group's end
        starts[group] = starts[group - 1]
    starts[0] = 0
