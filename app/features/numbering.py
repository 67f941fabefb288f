"""Consecutive codes in place of hashes: for customers as they appear, for types from a table."""

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.features.arrays import Positions

Hashes = NDArray[np.int64]  # evenly spread over all 64 bits
Slots = NDArray[np.int64]  # shape (a power of two, 2): a hash, and its code

_FREE = -1
_LEAST_SLOTS = 1_024
_MANY_SLOTS = 262_144  # 4 MB


def number_hashes(hashes: Hashes, *, n_expected: int = 0) -> tuple[Positions, Positions]:
    """Return the code of each hash, and the position at which each code first appears.

    Codes count from 0 in the order of first appearance. The hash table uses open addressing, is at
    most half full, and grows with the number of different hashes, not with the number of events. It
    starts large enough for `n_expected` different ones, within limits: growing costs more than a
    table that is too large.
    """
    codes, firsts = np.empty(len(hashes), np.int64), np.empty(len(hashes), np.int64)
    slots = free_slots(min(max(_LEAST_SLOTS, 1 << (2 * n_expected).bit_length()), _MANY_SLOTS))
    at, n_codes = np.zeros(2, np.int64), 0
    while at[0] < len(hashes):
        _number(hashes, slots, codes, firsts, at)
        n_codes = int(at[1])
        if at[0] < len(hashes):
            slots = free_slots(4 * len(slots))
            _fill(hashes, firsts[:n_codes], slots)
    return codes, firsts[:n_codes].copy()


def places_of(hashes: Hashes, known: Hashes, *, other: int) -> Positions:
    """Return the position of each hash in `known`, or `other` if it is not there."""
    places = np.empty(len(hashes), np.int64)
    _look_up(hashes, slots_of(known), other, places)
    return places


def slots_of(known: Hashes) -> Slots:
    """Return the table in which `place_in` finds the position of each hash of `known`."""
    slots = free_slots(max(_LEAST_SLOTS, 1 << (2 * len(known)).bit_length()))
    _fill(known, np.arange(len(known)), slots)
    return slots


@part
def place_in(slots: Slots, wanted: int) -> int:
    """Return the position of a hash among those that the table was made of, or -1."""
    return slots[slot_of(wanted, slots), 1]


def free_slots(n: int) -> Slots:
    """Return an empty table of `n` slots, a power of two; at most half of them may be used."""
    return np.full((n, 2), _FREE, np.int64)


@part
def is_free(slots: Slots, slot: int) -> bool:
    """Return whether the slot is empty."""
    return bool(slots[slot, 1] == _FREE)


@entry
def _number(
    hashes: Hashes, slots: Slots, codes: Positions, firsts: Positions, at: Positions
) -> None:
    """Continue at position ``at[0]`` with code ``at[1]`` until the table is half full."""
    i, n_codes = at[0], at[1]
    while i < len(hashes) and 2 * n_codes < len(slots):
        slot = slot_of(hashes[i], slots)
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
        slot = slot_of(wanted, slots)
        slots[slot, 0], slots[slot, 1] = wanted, code


@entry
def _look_up(hashes: Hashes, slots: Slots, other: int, places: Positions) -> None:
    for i in range(len(hashes)):
        place = place_in(slots, hashes[i])
        places[i] = other if place == _FREE else place


@part
def slot_of(wanted: int, slots: Slots) -> int:
    """Return the slot of a hash, or the empty slot where it belongs."""
    mask = len(slots) - 1
    slot = wanted & mask
    while slots[slot, 1] != _FREE and slots[slot, 0] != wanted:
        slot = (slot + 1) & mask
    return slot
