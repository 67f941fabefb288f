"""Dense codes for what a log names by hashes: customers as they appear, types from a table."""

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.features.arrays import Positions

Hashes = NDArray[np.int64]  # evenly spread over all 64 bits
Slots = NDArray[np.int64]  # shape (a power of two, 2): a hash, and its code

_FREE = -1
_LEAST_SLOTS = 1_024


def number_hashes(hashes: Hashes) -> tuple[Positions, Positions]:
    """Return the code of each hash, from 0 in the order of appearance, and where each code began.

    Open addressing in a table at most half full, which grows: its size follows the number of
    different hashes, not the number of rows.
    """
    codes, firsts = np.empty(len(hashes), np.int64), np.empty(len(hashes), np.int64)
    slots = _free_slots(_LEAST_SLOTS)
    at, n_codes = np.zeros(2, np.int64), 0
    while at[0] < len(hashes):
        _number(hashes, slots, codes, firsts, at)
        n_codes = int(at[1])
        if at[0] < len(hashes):
            slots = _free_slots(4 * len(slots))
            _fill(hashes, firsts[:n_codes], slots)
    return codes, firsts[:n_codes].copy()


def places_of(hashes: Hashes, known: Hashes, *, other: int) -> Positions:
    """Return the place of each hash in `known`, `other` where it is not there."""
    slots = _free_slots(_LEAST_SLOTS)
    _fill(known, np.arange(len(known)), slots)
    places = np.empty(len(hashes), np.int64)
    _look_up(hashes, slots, other, places)
    return places


def _free_slots(n: int) -> Slots:
    return np.full((n, 2), _FREE, np.int64)


@entry
def _number(
    hashes: Hashes, slots: Slots, codes: Positions, firsts: Positions, at: Positions
) -> None:
    """Go on at row ``at[0]`` with code ``at[1]``, to the end or until the table is half full."""
    i, n_codes = at[0], at[1]
    while i < len(hashes) and 2 * n_codes < len(slots):
        slot = _slot_of(hashes[i], slots)
        if slots[slot, 1] == _FREE:
            slots[slot, 0], slots[slot, 1] = hashes[i], n_codes
            firsts[n_codes] = i
            n_codes += 1
        codes[i] = slots[slot, 1]
        i += 1
    at[0], at[1] = i, n_codes


@entry
def _fill(hashes: Hashes, firsts: Positions, slots: Slots) -> None:
    for code in range(len(firsts)):
        wanted = hashes[firsts[code]]
        slot = _slot_of(wanted, slots)
        slots[slot, 0], slots[slot, 1] = wanted, code


@entry
def _look_up(hashes: Hashes, slots: Slots, other: int, places: Positions) -> None:
    for i in range(len(hashes)):
        code = slots[_slot_of(hashes[i], slots), 1]
        places[i] = other if code == _FREE else code


@part
def _slot_of(wanted: int, slots: Slots) -> int:
    """Return the slot of a hash, or the free one where it belongs."""
    mask = len(slots) - 1
    slot = wanted & mask
    while slots[slot, 1] != _FREE and slots[slot, 0] != wanted:
        slot = (slot + 1) & mask
    return slot
