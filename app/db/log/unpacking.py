"""Unpack histories in one pass of compiled code, for one customer and for many."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.db.log.packing import PACKED, currency_key
from app.features import sorting
from app.features.arrays import Positions
from app.features.history import History
from app.features.kinds import N_CHANNELS, N_DETAILS, N_KINDS
from app.features.sorting import (
    COLUMN_TYPES,
    ColumnArrays,
    sort_records,
    sortable_bits,
    unpack_records,
)

# The words of a packed record: the first five fields of PACKED, and the last four in one word.
_OCCURRED_AT, _RECEIVED_AT, _REF, _AMOUNT, _UNTIL, _CODES, _N_WORDS = range(7)
_RECORD_BYTES = PACKED.itemsize
_ANY_CURRENCY = -1
_NAN_BITS = np.array(np.nan).view(np.int64)[()]

Words = NDArray[np.int64]  # shape (n, _N_WORDS)


def unpack_history(
    customer_ids: Sequence[str],
    signed_up_at: Sequence[int],
    packed: Sequence[bytes],
    *,
    before: int,
    currency: str | None,
) -> History:
    """Return the history of customers from their packed records.

    Parameters
    ----------
    customer_ids, signed_up_at, packed
        One item per customer: the id, the moment of the sign-up (microseconds; NO_MOMENT: not
        known), and the packed records in any order.
    before
        Records that occurred or were received at this moment (microseconds) or later are left out.
    currency
        Amounts in another currency are NaN; None keeps all amounts.

    Raises
    ------
    ValueError
        If a record holds a code that this version does not know.
    """
    whole = packed[0] if len(packed) == 1 else b"".join(packed)
    words = np.frombuffer(whole, np.int64)
    starts = np.array([0, *accumulate(map(len, packed))], np.int64)
    n = len(words) // _N_WORDS
    columns: ColumnArrays = tuple([np.empty(n, dtype) for dtype in COLUMN_TYPES])
    buffers, unknown = np.empty((2, n + 1, sorting.N_FIELDS), np.int64), np.empty(1, np.int64)
    wanted = _ANY_CURRENCY if currency is None else currency_key(currency)
    _unpack(words.reshape(n, _N_WORDS), starts, before, wanted, buffers, columns, unknown)
    if unknown[0] >= 0:
        raise ValueError(
            f"the log of {_owner(customer_ids, packed, int(unknown[0]))!r} has events of a "
            "type that this version does not know: a newer one wrote to the database"
        )
    n_unpacked = int(starts[-1])
    if n_unpacked < n:
        columns = tuple([column[:n_unpacked] for column in columns])
    return History(customer_ids, starts, np.array(signed_up_at, np.int64), *columns)


def warm_up() -> None:
    """Have the kernel ready. This must happen at start-up, never in a request."""
    unpack_history([""], [0], [b""], before=0, currency=None)


def _owner(customer_ids: Sequence[str], packed: Sequence[bytes], row: int) -> str:
    """Return the id of the customer to whom a record belongs, counted over all customers."""
    ends = list(accumulate(len(part) // PACKED.itemsize for part in packed))
    return customer_ids[bisect_right(ends, row)]


@entry
def _unpack(
    words: Words,
    starts: Positions,
    before: int,
    currency: int,
    buffers: NDArray[np.int64],
    columns: ColumnArrays,
    unknown: Positions,
) -> None:
    """Fill `columns` with the records from before `before`, sorted per customer.

    Parameters
    ----------
    starts : int64, shape (n_customers + 1,)
        Where the records of each customer start, in bytes; replaced by where they start in the
        columns.
    buffers : int64, shape (2, n + 1, N_FIELDS)
        Overwritten.
    unknown : int64, shape (1,)
        Receives the position of a record with an unknown code, which ends the work; -1 = none.
    """
    records, spare = buffers[0], buffers[1]
    first = filled = 0
    unknown[0] = -1
    for customer in range(len(starts) - 1):
        last, begin = starts[customer + 1] // _RECORD_BYTES, filled
        for i in range(first, last):
            if words[i, _OCCURRED_AT] >= before or words[i, _RECEIVED_AT] >= before:
                continue
            if not _fill(words[i], currency, records[filled]):
                unknown[0] = i
                return
            filled += 1
        sort_records(records[begin:filled], spare)
        first = last
        starts[customer + 1] = filled
    unpack_records(records, 0, filled, columns)


@part
def _fill(words: Words, currency: int, record: Words) -> bool:
    """Write a packed record as a record of `sorting`; return whether its codes are known."""
    codes = words[_CODES]
    kind, channel, detail = (codes >> 32) & 0xFFFF, (codes >> 48) & 0xFF, (codes >> 56) & 0xFF
    foreign = codes & 0xFFFF_FFFF
    is_foreign = currency != _ANY_CURRENCY and foreign not in (0, currency)
    record[sorting.OCCURRED_AT] = words[_OCCURRED_AT]
    record[sorting.CODES] = (kind << 16) + (channel << 8) + detail
    record[sorting.UNTIL] = words[_UNTIL]
    record[sorting.AMOUNT] = sortable_bits(int(_NAN_BITS if is_foreign else words[_AMOUNT]))
    record[sorting.RECEIVED_AT] = words[_RECEIVED_AT]
    record[sorting.REF] = words[_REF]
    return bool(kind < N_KINDS and channel < N_CHANNELS and detail < N_DETAILS)
