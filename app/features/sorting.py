"""Sorting events of many customers by customer and time, whatever order they come in.

Events become records, which move as a whole: one cache line each, where eight columns would be
eight. Each record moves twice. First it goes to its block of customers; there are as many blocks as
the processor can write to at once. Then, block by block, it goes to its customer; a block fits the
cache. The few records of a customer are sorted there.
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
_MAX_BLOCKS = 512  # the processor cannot keep track of more streams of writes
_MINUS_ZERO = np.iinfo(np.int64).min  # the bits of -0.0

# Shape (n, N_FIELDS): compared field by field from the left, but never by ref.
Records = NDArray[np.int64]
# Of occurred_at, received_at, kind, channel, detail, ref, amount and until, as in `History`.
COLUMN_TYPES = (
    np.int64, np.int64, np.int16, np.int8, np.int8, np.int64, np.float64, np.int64
)  # fmt: skip  # read as the comment above
ColumnArrays = tuple[NDArray[Any], ...]  # one for each of COLUMN_TYPES


def sort_columns(
    customer_codes: Positions, n_customers: int, columns: ColumnArrays
) -> tuple[Positions, ColumnArrays]:
    """Return where each customer's events start, and `columns` in the order of a `History`."""
    starts = np.zeros(n_customers + 1, np.int64)
    _count(customer_codes, starts)
    buffers = _sort_buffers(starts, len(customer_codes))
    _fill_from_columns(customer_codes, columns, buffers.ends, buffers.shift, buffers.records)
    return starts, _ordered(starts, buffers)


def sort_batches(
    customer_codes: Sequence[Positions], n_customers: int, batches: Sequence[Records]
) -> tuple[Positions, ColumnArrays]:
    """Return the same for events that are records already, in any number of arrays.

    Fields behind those of this module are ignored, and so is the upper half of CODES.
    """
    starts = np.zeros(n_customers + 1, np.int64)
    for codes in customer_codes:
        _count(codes, starts)
    buffers = _sort_buffers(starts, sum(map(len, batches)))
    for codes, batch in zip(customer_codes, batches, strict=True):
        _fill_from_records(codes, batch, buffers.ends, buffers.shift, buffers.records)
    return starts, _ordered(starts, buffers)


class _SortBuffers(NamedTuple):
    """Arrays in which events are sorted; `ends` is the position up to which each block is filled.

    NumPy allocates them in huge pages; touching small pages for the first time would take a third
    of the time. Of `grouped` only as many records are ever touched as the largest block has.
    """

    shift: int
    block_starts: Positions
    ends: Positions
    records: Records
    grouped: Records


def _sort_buffers(starts: Positions, n: int) -> _SortBuffers:
    """Turn counts into starts, in place, and return buffers for `n` events of these customers."""
    shift = _block_shift.function(n, len(starts) - 1)
    np.cumsum(starts, out=starts)
    first_of_block = np.arange(0, len(starts) - 1 + (1 << shift), 1 << shift)
    block_starts = starts[np.minimum(first_of_block, len(starts) - 1)]
    return _SortBuffers(
        shift,
        block_starts,
        block_starts.copy(),
        np.empty((n, N_FIELDS), np.int64),
        np.empty((n, N_FIELDS), np.int64),
    )


def _ordered(starts: Positions, buffers: _SortBuffers) -> ColumnArrays:
    ordered = tuple([np.empty(len(buffers.records), dtype) for dtype in COLUMN_TYPES])
    _sort_blocks(
        starts, buffers.block_starts, buffers.shift, buffers.records, buffers.grouped, ordered
    )
    return ordered


@entry
def _count(customer_codes: Positions, counts: Positions) -> None:
    """Add the number of events of customer i to ``counts[i + 1]``."""
    for code in customer_codes:
        counts[code + 1] += 1


@entry
def _fill_from_columns(
    customer_codes: Positions, columns: ColumnArrays, ends: Positions, shift: int, records: Records
) -> None:
    """Write each event as a record to its block, and move the `ends` of the blocks."""
    occurred_at, received_at, kind, channel, detail, ref, amount, until = columns
    amount_bits = amount.view(np.int64)
    for i in range(len(customer_codes)):
        block = customer_codes[i] >> shift
        record = records[ends[block]]
        ends[block] += 1
        record[OCCURRED_AT] = occurred_at[i]
        # A customer is compared only with itself, so its code may be in the highest bits.
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
    """Do the same with events that are records, but without the customer's code."""
    for i in range(len(customer_codes)):
        block = customer_codes[i] >> shift
        target = ends[block]
        ends[block] += 1
        _copy(batch, i, records, target)
        records[target, CODES] = (customer_codes[i] << 32) + (batch[i, CODES] & 0xFFFFFFFF)


@part
def _block_shift(n: int, n_customers: int) -> int:
    """Return by how many bits to shift a customer's code to get its block."""
    n_blocks = min(n // _BLOCK_ROWS, _MAX_BLOCKS) + 1
    shift = 0
    while (n_customers >> shift) >= n_blocks:
        shift += 1
    return shift


@part
def sortable_bits(bits: int) -> int:
    """Return an integer that sorts as the float with these bits; the function is its own inverse.

    Equal amounts must have equal bits, so -0.0 becomes 0.0.
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
    columns: ColumnArrays,
) -> None:
    """Sort each block in `grouped` and write it to the columns; `records` is overwritten."""
    for block in range(len(block_starts) - 1):
        first, last = block_starts[block], block_starts[block + 1]
        if first == last:
            continue
        a, b = block << shift, min((block + 1) << shift, len(starts) - 1)
        for i in range(first, last):
            customer = records[i, CODES] >> 32
            _copy(records, i, grouped, starts[customer] - first)
            starts[customer] += 1
        for customer in range(b - 1, a, -1):  # writing moved each start to its customer's end
            starts[customer] = starts[customer - 1]
        starts[a] = first
        for customer in range(a, b):
            mine = grouped[starts[customer] - first : starts[customer + 1] - first]
            sort_records(mine, records[first:last])
        unpack_records(grouped, first, last, columns)


@part
def unpack_records(grouped: Records, first: int, last: int, columns: ColumnArrays) -> None:
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
    """Sort the records of one customer in place; `spare` must hold as many, and at least one."""
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
    """Merge two adjacent sorted runs; runs already in order cost one comparison."""
    if not _precedes(records, middle, records, middle - 1):
        return
    n_first = middle - first
    for i in range(n_first):
        _copy(records, first + i, spare, i)
    i, j, target = 0, middle, first
    while i < n_first:
        if j < last and _precedes(records, j, spare, i):
            _copy(records, j, records, target)
            j += 1
        else:
            _copy(spare, i, records, target)
            i += 1
        target += 1


@part
def _precedes(ones: Records, i: int, others: Records, j: int) -> bool:
    """Return whether one record comes strictly before another; refs are not compared."""
    for field in range(REF):
        if ones[i, field] != others[j, field]:
            return ones[i, field] < others[j, field]
    return False


@part
def _copy(source: Records, i: int, target: Records, j: int) -> None:
    for field in range(N_FIELDS):
        target[j, field] = source[i, field]
