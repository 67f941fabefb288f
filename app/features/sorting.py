"""Canonical order: events of many customers, grouped and sorted, whatever order they came in.

One counting sort by customer moves whole records (one cache line each, where eight columns would be
eight), then each customer's few records are sorted while they are in the cache.
"""

import numpy as np
from numpy.typing import NDArray

from app.features.arrays import Codes, Kinds, Moments, Numbers, Positions, Refs
from app.features.compiled import allocating_part, entry, part

_OCCURRED_AT, _CODES, _UNTIL, _AMOUNT, _RECEIVED_AT, _REF, _N_FIELDS = range(7)
_SMALL = 24  # up to here an insertion sort beats a merge sort

Records = NDArray[np.int64]  # shape (n, _N_FIELDS); compared field by field from the left, but ref
Columns = tuple[Positions, Moments, Moments, Kinds, Codes, Codes, Refs, Numbers, Moments]


@entry
def sort_columns(  # noqa: PLR0917  # compiled functions take columns by position
    customer_codes: Positions,
    n_customers: int,
    occurred_at: Moments,
    received_at: Moments,
    kind: Kinds,
    channel: Codes,
    detail: Codes,
    ref: Refs,
    amount: Numbers,
    until: Moments,
) -> Columns:
    """Return the starts of the customers' slices, then the eight columns in canonical order."""
    n = len(occurred_at)
    starts = np.zeros(n_customers + 1, np.int64)
    for i in range(n):
        starts[customer_codes[i] + 1] += 1
    for customer in range(n_customers):
        starts[customer + 1] += starts[customer]

    records = np.empty((n, _N_FIELDS), np.int64)
    # Adding 0.0 turns -0.0 into 0.0: equal amounts must be equal bits.
    amount_bits = (amount + 0.0).view(np.int64)
    ends = starts[:-1].copy()
    for i in range(n):
        record = records[ends[customer_codes[i]]]
        ends[customer_codes[i]] += 1
        record[_OCCURRED_AT] = occurred_at[i]
        record[_CODES] = (np.int64(kind[i]) << 16) + (np.int64(channel[i]) << 8) + detail[i]
        record[_UNTIL] = until[i]
        record[_AMOUNT] = _sortable(amount_bits[i])
        record[_RECEIVED_AT] = received_at[i]
        record[_REF] = ref[i]

    largest = 0
    for customer in range(n_customers):
        largest = max(largest, starts[customer + 1] - starts[customer])
    _sort_each(starts, records, np.empty((max(largest, 1), _N_FIELDS), np.int64))
    return _unpacked(starts, records)


@part
def _sortable(bits: int) -> int:
    """Return an integer that orders as the float with these bits; it is its own inverse."""
    return bits if bits >= 0 else bits ^ 0x7FFFFFFFFFFFFFFF


@allocating_part
def _unpacked(starts: Positions, records: Records) -> Columns:
    n = len(records)
    occurred_at, received_at = np.empty(n, np.int64), np.empty(n, np.int64)
    kind = np.empty(n, np.int16)
    channel, detail = np.empty(n, np.int8), np.empty(n, np.int8)
    ref, until = np.empty(n, np.int64), np.empty(n, np.int64)
    amount_bits = np.empty(n, np.int64)
    for i in range(n):
        record = records[i]
        occurred_at[i] = record[_OCCURRED_AT]
        received_at[i] = record[_RECEIVED_AT]
        kind[i] = record[_CODES] >> 16
        channel[i] = (record[_CODES] >> 8) & 0xFF
        detail[i] = record[_CODES] & 0xFF
        ref[i] = record[_REF]
        amount_bits[i] = _sortable(record[_AMOUNT])
        until[i] = record[_UNTIL]
    amount = amount_bits.view(np.float64)
    return starts, occurred_at, received_at, kind, channel, detail, ref, amount, until


@part
def _sort_each(starts: Positions, records: Records, spare: Records) -> None:
    for customer in range(len(starts) - 1):
        _sort(records[starts[customer] : starts[customer + 1]], spare)


@part
def _sort(records: Records, spare: Records) -> None:
    """Sort the records of one customer in place; `spare` has room for as many, at least one."""
    n = len(records)
    for start in range(0, n, _SMALL):
        _insertion_sort(records, start, min(start + _SMALL, n), spare)
    width = _SMALL
    while width < n:
        for start in range(0, n - width, 2 * width):
            _merge(records, start, start + width, min(start + 2 * width, n), spare)
        width *= 2


@part
def _insertion_sort(records: Records, first: int, last: int, spare: Records) -> None:
    for i in range(first + 1, last):
        if not _precedes(records, i, records, i - 1):
            continue
        _copy(records, i, spare, 0)
        j = i
        while j > first and _precedes(spare, 0, records, j - 1):
            _copy(records, j - 1, records, j)
            j -= 1
        _copy(spare, 0, records, j)


@part
def _merge(records: Records, first: int, middle: int, last: int, spare: Records) -> None:
    """Merge two sorted runs that lie side by side; runs already in order cost one comparison."""
    if not _precedes(records, middle, records, middle - 1):
        return
    n_left = middle - first
    for i in range(n_left):
        _copy(records, first + i, spare, i)
    i, j, target = 0, middle, first
    while i < n_left:
        if j < last and _precedes(records, j, spare, i):
            _copy(records, j, records, target)
            j += 1
        else:
            _copy(spare, i, records, target)
            i += 1
        target += 1


@part
def _precedes(ones: Records, i: int, others: Records, j: int) -> bool:
    """Return whether one record stands strictly before another; refs have no order."""
    for field in range(_REF):
        if ones[i, field] != others[j, field]:
            return ones[i, field] < others[j, field]
    return False


@part
def _copy(source: Records, i: int, target: Records, j: int) -> None:
    for field in range(_N_FIELDS):
        target[j, field] = source[i, field]
