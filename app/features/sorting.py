"""Canonical order: events of many customers, grouped and sorted, whatever order they came in.

Events become records, which move as a whole (one cache line each, where eight columns would be
eight). They go twice: into blocks of customers, as many as the processor can write to at once, and
then block by block, which fits its cache, to their customers, whose few records are sorted there.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.features.arrays import Positions

OCCURRED_AT, CODES, UNTIL, AMOUNT, RECEIVED_AT, REF, N_FIELDS = range(7)
_SMALL = 24  # up to here an insertion sort beats a merge sort
_BLOCK_ROWS = 8_192  # 400 kB of records: a block and its sorted copy fit a second-level cache
_MAX_BLOCKS = 512  # more streams of writes than this, and the processor loses count
_MINUS_ZERO = np.iinfo(np.int64).min  # the bits of -0.0

Records = NDArray[np.int64]  # shape (n, N_FIELDS); compared field by field from the left, but ref
# occurred_at, received_at, kind, channel, detail, ref, amount, until: types as in `History`
COLUMN_TYPES = (
    np.int64, np.int64, np.int16, np.int8, np.int8, np.int64, np.float64, np.int64
)  # fmt: skip  # read as the comment above
Columns = tuple[NDArray[Any], ...]


def sort_columns(
    customer_codes: Positions, n_customers: int, columns: Columns
) -> tuple[Positions, Columns]:
    """Return the starts of the customers' slices, then `columns` in canonical order."""
    starts = np.zeros(n_customers + 1, np.int64)
    _count(customer_codes, starts)
    room = _room(starts, len(customer_codes))
    _fill_from_columns(customer_codes, columns, room.ends, room.shift, room.records)
    return starts, _ordered(starts, room)


def sort_batches(
    customer_codes: Sequence[Positions], n_customers: int, batches: Sequence[Records]
) -> tuple[Positions, Columns]:
    """Return the same of events that are records already, in any number of arrays.

    They have the fields of this module, and others behind them, which are ignored; so is the upper
    half of CODES.
    """
    starts = np.zeros(n_customers + 1, np.int64)
    for codes in customer_codes:
        _count(codes, starts)
    room = _room(starts, sum(map(len, batches)))
    for codes, batch in zip(customer_codes, batches, strict=True):
        _fill_from_records(codes, batch, room.ends, room.shift, room.records)
    return starts, _ordered(starts, room)


class _Room(NamedTuple):
    """Where events become sorted; `ends` is how far each block is filled.

    All memory is NumPy's, which asks for huge pages; first touching small ones would take a third
    of the time. Of `grouped` only as much is ever touched as the largest block has rows.
    """

    shift: int
    block_starts: Positions
    ends: Positions
    records: Records
    grouped: Records


def _room(starts: Positions, n: int) -> _Room:
    """Make starts of what were counts, and return room for `n` events of these customers."""
    shift = _block_shift.function(n, len(starts) - 1)
    np.cumsum(starts, out=starts)
    first_of_block = np.arange(0, len(starts) - 1 + (1 << shift), 1 << shift)
    block_starts = starts[np.minimum(first_of_block, len(starts) - 1)]
    return _Room(
        shift,
        block_starts,
        block_starts.copy(),
        np.empty((n, N_FIELDS), np.int64),
        np.empty((n, N_FIELDS), np.int64),
    )


def _ordered(starts: Positions, room: _Room) -> Columns:
    ordered = tuple([np.empty(len(room.records), dtype) for dtype in COLUMN_TYPES])
    _sort_blocks(starts, room.block_starts, room.shift, room.records, room.grouped, ordered)
    return ordered


@entry
def _count(customer_codes: Positions, counts: Positions) -> None:
    """Count the events of customer i in ``counts[i + 1]``."""
    for code in customer_codes:
        counts[code + 1] += 1


@entry
def _fill_from_columns(
    customer_codes: Positions, columns: Columns, ends: Positions, shift: int, records: Records
) -> None:
    """Write each event as a record to its block; `ends` is moved."""
    occurred_at, received_at, kind, channel, detail, ref, amount, until = columns
    amount_bits = amount.view(np.int64)
    for i in range(len(customer_codes)):
        block = customer_codes[i] >> shift
        record = records[ends[block]]
        ends[block] += 1
        record[OCCURRED_AT] = occurred_at[i]
        # Customers are compared with themselves only, so theirs may be the first bits.
        codes = (np.int64(kind[i]) << 16) + (np.int64(channel[i]) << 8) + detail[i]
        record[CODES] = (customer_codes[i] << 32) + codes
        record[UNTIL] = until[i]
        record[AMOUNT] = sortable_bits(amount_bits[i])
        record[RECEIVED_AT] = received_at[i]
        record[REF] = ref[i]


@entry
def _fill_from_records(
    customer_codes: Positions, batch: Records, ends: Positions, shift: int, records: Records
) -> None:
    """Do the same with records that know nothing of the customer's code yet."""
    for i in range(len(customer_codes)):
        block = customer_codes[i] >> shift
        target = ends[block]
        ends[block] += 1
        _copy(batch, i, records, target)
        records[target, CODES] = (customer_codes[i] << 32) + (batch[i, CODES] & 0xFFFFFFFF)


@part
def _block_shift(n: int, n_customers: int) -> int:
    """Return by how many bits a customer's code is shifted to give the block."""
    n_blocks = min(n // _BLOCK_ROWS, _MAX_BLOCKS) + 1
    shift = 0
    while (n_customers >> shift) >= n_blocks:
        shift += 1
    return shift


@part
def sortable_bits(bits: int) -> int:
    """Return an integer that orders as the float with these bits; it is its own inverse.

    Equal amounts are equal bits: -0.0 becomes 0.0.
    """
    if bits == _MINUS_ZERO:
        return 0
    return bits if bits >= 0 else bits ^ 0x7FFFFFFFFFFFFFFF


@entry
def _sort_blocks(
    starts: Positions,
    block_starts: Positions,
    shift: int,
    records: Records,
    grouped: Records,
    columns: Columns,
) -> None:
    """Sort each block into `grouped` and write it to the columns; `records` serves as room."""
    for block in range(len(block_starts) - 1):
        first, last = block_starts[block], block_starts[block + 1]
        if first == last:
            continue
        a, b = block << shift, min((block + 1) << shift, len(starts) - 1)
        for i in range(first, last):
            customer = records[i, CODES] >> 32
            _copy(records, i, grouped, starts[customer] - first)
            starts[customer] += 1
        for customer in range(b - 1, a, -1):  # placing moved each start to its customer's end
            starts[customer] = starts[customer - 1]
        starts[a] = first
        for customer in range(a, b):
            mine = grouped[starts[customer] - first : starts[customer + 1] - first]
            sort_records(mine, records[first:last])
        unpack_records(grouped, first, last, columns)


@part
def unpack_records(grouped: Records, first: int, last: int, columns: Columns) -> None:
    """Write sorted records to rows ``first:last`` of the columns."""
    occurred_at, received_at, kind, channel, detail, ref, amount, until = columns
    amount_bits = amount.view(np.int64)
    for i in range(first, last):
        record = grouped[i - first]
        occurred_at[i] = record[OCCURRED_AT]
        received_at[i] = record[RECEIVED_AT]
        kind[i] = (record[CODES] >> 16) & 0xFFFF
        channel[i] = (record[CODES] >> 8) & 0xFF
        detail[i] = record[CODES] & 0xFF
        ref[i] = record[REF]
        amount_bits[i] = sortable_bits(record[AMOUNT])
        until[i] = record[UNTIL]


@part
def sort_records(records: Records, spare: Records) -> None:
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
    for field in range(REF):
        if ones[i, field] != others[j, field]:
            return ones[i, field] < others[j, field]
    return False


@part
def _copy(source: Records, i: int, target: Records, j: int) -> None:
    for field in range(N_FIELDS):
        target[j, field] = source[i, field]
