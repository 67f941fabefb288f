"""Evaluate the predicates of blocks: from the features of rows to their codes in each block.

There are two ways, with the same results. Many rows are evaluated one predicate after the other,
which lets the processor take several rows per instruction. A few rows are evaluated one by one,
because a loop over a single row costs more than the work inside it.

The kernels take plain arrays and records, because Numba counts references whenever an array comes
out of a tuple, is sliced or passed on. Positions are unsigned (uintp), because Numba would
otherwise check whether each of them is negative.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.flat_trees import ZERO_THRESHOLD
from app.compiled.kernel import part

TILE: Final = 128  # rows explained together; their features and sums fit into the L2 cache

FEW: Final = 8  # fewer rows than this are evaluated one by one

Floats = NDArray[np.float64]


@part
def fill_columns(features: Floats, first: int, n_rows: int, columns: Floats, width: int) -> None:
    """Write the rows from `first` on into `columns`: feature `j` of row `i` at ``j * width + i``.

    Numbers up to `ZERO_THRESHOLD` become 0, as they do in ``Booster.predict``. The loop goes
    feature by feature, because writing a whole row would touch as many cache lines as there are
    features, which evict each other.
    """
    for j in range(features.shape[1]):
        for row in range(n_rows):
            x = features[first + row, j]
            columns[np.uintp(j * width + row)] = 0.0 if abs(x) <= ZERO_THRESHOLD else x


@part
def write_codes(
    block: np.record,
    predicates: NDArray[np.void],
    words: NDArray[np.uint32],
    columns: Floats,
    codes: NDArray[np.int64],
    width: int,
    n_rows: int,
) -> None:
    """Write the code of every row in one block with a table."""
    for row in range(n_rows):
        codes[row] = 0
    for bit in range(block.n_predicates):
        predicate = predicates[block.predicate_start + bit]
        column = predicate.feature * width
        low, high = predicate.low, predicate.high
        if_nan, if_zero = np.int64(predicate.nan_holds), np.int64(predicate.zero_holds)
        if predicate.set_size > 0:
            for row in range(n_rows):
                x = columns[np.uintp(column + row)]
                codes[row] |= _holds_for_category(x, predicate, words) << bit
        else:
            for row in range(n_rows):
                x = columns[np.uintp(column + row)]
                codes[row] |= _holds_for_number(x, low, high, if_nan, if_zero) << bit


@part
def write_positions(
    blocks: NDArray[np.void],
    predicates: NDArray[np.void],
    words: NDArray[np.uint32],
    columns: Floats,
    positions: NDArray[np.int64],
    width: int,
    row: int,
) -> None:
    """Write where in the table the numbers of one row begin, for every block with a table."""
    for b in range(len(blocks)):
        block = blocks[b]
        code = np.int64(0)
        for bit in range(block.n_predicates if block.has_table else 0):
            predicate = predicates[np.uintp(block.predicate_start + bit)]
            x = columns[np.uintp(predicate.feature * width + row)]
            if predicate.set_size > 0:  # as in `holds`, whose call would cost more than its work
                result = _holds_for_category(x, predicate, words)
            else:
                if_nan, if_zero = np.int64(predicate.nan_holds), np.int64(predicate.zero_holds)
                result = _holds_for_number(x, predicate.low, predicate.high, if_nan, if_zero)
            code |= result << bit
        positions[np.uintp(b)] = block.table_start + code * (block.n_slots + 1)


@part
def reaches_leaf(
    block: np.record,
    predicates: NDArray[np.void],
    words: NDArray[np.uint32],
    columns: Floats,
    width: int,
    row: int,
) -> bool:
    """Return whether a row reaches the leaf of a block without a table."""
    for i in range(block.n_predicates):
        predicate = predicates[block.predicate_start + i]
        if holds(columns[predicate.feature * width + row], predicate, words) == 0:
            return False
    return True


@part
def holds(x: float, predicate: np.record, words: NDArray[np.uint32]) -> np.int64:
    """Return 1 or 0: whether the predicate holds for one value."""
    if predicate.set_size > 0:
        return _holds_for_category(x, predicate, words)
    if_nan, if_zero = np.int64(predicate.nan_holds), np.int64(predicate.zero_holds)
    return _holds_for_number(x, predicate.low, predicate.high, if_nan, if_zero)


@part
def _holds_for_number(
    x: float, low: float, high: float, if_nan: np.int64, if_zero: np.int64
) -> np.int64:
    """Return 1 or 0, without a branch, so that one instruction can evaluate several rows."""
    within = np.int64(x <= high) & (1 - np.int64(x <= low))
    result = if_zero if x == 0.0 else within
    return if_nan if np.isnan(x) else result


@part
def _holds_for_category(x: float, predicate: np.record, words: NDArray[np.uint32]) -> np.int64:
    if -1.0 < x < 32.0 * predicate.set_size:
        return np.int64(_is_in_set(x, predicate.set_start, predicate.set_size, words))
    return np.int64(predicate.nan_holds)


@part
def _is_in_set(x: float, start: int, size: int, words: NDArray[np.uint32]) -> bool:
    """Return whether category `x` is in the set of `size` words; NaN and negatives never are."""
    if not -1.0 < x < 32.0 * size:
        return False
    category = np.int64(x)
    word = np.int64(words[start + (category >> 5)])
    return bool((word >> (category & 31)) & 1)
