"""What belongs together: small dense codes for the refs of one customer, in linear time."""

from typing import NamedTuple

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Moments, Positions, Refs
from app.features.kinds import N_CHANNELS

NO_REF = -1
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads hashes that differ in few bits
_HIGH_HALF = np.uint64(32)


class Room(NamedTuple):
    """Working space for families that match events by ref; reused from customer to customer.

    `codes` holds one entry per event; `first`, `second` and `third` hold whatever a family keeps
    per ref, `totals` and `counts` whatever it keeps per channel; `table_refs` and `table_codes`
    belong to `number_refs`.
    """

    codes: Positions
    first: Moments
    second: Moments
    third: Moments
    totals: Positions
    counts: Positions
    table_refs: Refs
    table_codes: Positions


def empty_room(capacity: int) -> Room:
    """Return room for a customer with up to `capacity` events."""
    table_size = _table_size.function(capacity)
    return Room(
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(capacity, np.int64),
        np.empty(N_CHANNELS, np.int64),
        np.empty(N_CHANNELS, np.int64),
        np.empty(table_size, np.int64),
        np.empty(table_size, np.int64),
    )


@part
def number_refs(ref: Refs, room: Room) -> int:
    """Return how many different refs there are; write each event's code to ``room.codes``.

    Codes count from 0 in the order of first appearance; NO_REF stands for events without a ref (0).
    Open addressing in a table at most half full: linear in the number of events.
    """
    if len(ref) == 0:
        return 0
    mask = _table_size(len(ref)) - 1
    room.table_codes[: mask + 1] = NO_REF
    n_refs = 0
    for i in range(len(ref)):
        if ref[i] == 0:
            room.codes[i] = NO_REF
            continue
        slot = np.int64((np.uint64(ref[i]) * _MIX) >> _HIGH_HALF) & mask
        while room.table_codes[slot] != NO_REF and room.table_refs[slot] != ref[i]:
            slot = (slot + 1) & mask
        if room.table_codes[slot] == NO_REF:
            room.table_refs[slot] = ref[i]
            room.table_codes[slot] = n_refs
            n_refs += 1
        room.codes[i] = room.table_codes[slot]
    return n_refs


@part
def _table_size(n: int) -> int:
    """Return the least power of two that is at least twice `n`."""
    size = 2
    while size < 2 * n:
        size *= 2
    return size
