"""Memory that families may use while they measure one customer."""

from typing import NamedTuple

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Moments, Positions, Refs
from app.features.kinds import N_CHANNELS


class Workspace(NamedTuple):
    """Arrays for intermediate results, used again for each family and each customer.

    Attributes
    ----------
    ref_codes
        int64, shape (capacity,): `number_refs` writes the code of each event's ref here.
    first, second, third
        int64, shape (capacity,): for anything that a family has at most once per event or per ref.
    channel_totals, channel_counts
        int64, shape (N_CHANNELS,): for anything that a family sums up or counts per channel.
    table_refs, table_codes
        The hash table of `number_refs`, at least twice as long as there are events.
    """

    ref_codes: Positions
    first: Moments
    second: Moments
    third: Moments
    channel_totals: Positions
    channel_counts: Positions
    table_refs: Refs
    table_codes: Positions


def empty_workspace(capacity: int) -> Workspace:
    """Return a workspace for a customer with up to `capacity` events; its content is arbitrary."""
    n_slots = table_size.function(capacity)
    return Workspace(
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(N_CHANNELS, np.int64),
        np.empty(N_CHANNELS, np.int64),
        np.empty(n_slots, np.int64),
        np.empty(n_slots, np.int64),
    )


@part
def table_size(n: int) -> int:
    """Return the length of a hash table for `n` keys: the least power of two from ``2 * n`` on."""
    size = 2
    while size < 2 * n:
        size *= 2
    return size
