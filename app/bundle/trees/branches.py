"""Ask the conditions of blocks: from the features of a row to its code in each block.

There are two ways with the same answers. Many rows go through one condition after the other,
several rows per instruction; a few rows go one by one, since a loop over a single row costs more
than its work. The kernels take plain arrays and records, because Numba counts references whenever
an array comes out of a tuple, is sliced or passed on; and positions are unsigned (uintp), because
it would otherwise check each of them for being negative.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.parsing import ZERO
from app.compiled.kernel import part

TILE: Final = 128  # rows explained together; their features and sums fit in the L2 cache

FEW: Final = 8  # fewer rows than this are answered one by one, more of them condition by condition

Floats = NDArray[np.float64]


@part
def fill_columns(features: Floats, first: int, n_rows: int, columns: Floats, width: int) -> None:
    """Write the rows from `first` on into `columns`: feature `j` of row `i` at ``j * width + i``.

    Numbers below 1e-35 become 0, as they do in ``Booster.predict``. Feature by feature: a row would
    be written to as many lines of memory as there are features, which lie in each other's way.
    """
    for j in range(features.shape[1]):
        for row in range(n_rows):
            x = features[first + row, j]
            columns[np.uintp(j * width + row)] = 0.0 if abs(x) <= ZERO else x


@part
def ask_rows(
    block: np.record,
    conditions: NDArray[np.void],
    words: NDArray[np.uint32],
    columns: Floats,
    codes: NDArray[np.int64],
    width: int,
    n_rows: int,
) -> None:
    """Write the code of every row in one block with a table."""
    for row in range(n_rows):
        codes[row] = 0
    for bit in range(block.n_conditions):
        asked = conditions[block.condition_start + bit]
        column = asked.feature * width
        low, high = asked.low, asked.high
        if_nan, if_zero = np.int64(asked.nan_meets), np.int64(asked.zero_meets)
        if asked.set_size > 0:
            for row in range(n_rows):
                codes[row] |= _meets_set(columns[np.uintp(column + row)], asked, words) << bit
        else:
            for row in range(n_rows):
                x = columns[np.uintp(column + row)]
                codes[row] |= _meets(x, low, high, if_nan, if_zero) << bit


@part
def find_places(
    blocks: NDArray[np.void],
    conditions: NDArray[np.void],
    words: NDArray[np.uint32],
    columns: Floats,
    places: NDArray[np.int64],
    width: int,
    row: int,
) -> None:
    """Write where in the table the numbers of one row are, for every block with a table."""
    for b in range(len(blocks)):
        block = blocks[b]
        code = np.int64(0)
        for bit in range(block.n_conditions if block.has_table else 0):
            asked = conditions[np.uintp(block.condition_start + bit)]
            x = columns[np.uintp(asked.feature * width + row)]
            if asked.set_size > 0:  # as in `answer`, whose call would cost more than it does
                met = _meets_set(x, asked, words)
            else:
                if_nan, if_zero = np.int64(asked.nan_meets), np.int64(asked.zero_meets)
                met = _meets(x, asked.low, asked.high, if_nan, if_zero)
            code |= met << bit
        places[np.uintp(b)] = block.table_start + code * (block.n_slots + 1)


@part
def answer(x: float, asked: np.record, words: NDArray[np.uint32]) -> np.int64:
    """Return 1 or 0: whether one value meets the condition."""
    if asked.set_size > 0:
        return _meets_set(x, asked, words)
    if_nan, if_zero = np.int64(asked.nan_meets), np.int64(asked.zero_meets)
    return _meets(x, asked.low, asked.high, if_nan, if_zero)


@part
def _meets(x: float, low: float, high: float, if_nan: np.int64, if_zero: np.int64) -> np.int64:
    """Return 1 or 0, without a branch, so that several rows are asked per instruction."""
    within = np.int64(x <= high) & (1 - np.int64(x <= low))
    answer = if_zero if x == 0.0 else within
    return if_nan if np.isnan(x) else answer


@part
def _meets_set(x: float, asked: np.record, words: NDArray[np.uint32]) -> np.int64:
    if -1.0 < x < 32.0 * asked.set_size:
        return np.int64(_in_set(x, asked.set_start, asked.set_size, words))
    return np.int64(asked.nan_meets)


@part
def _in_set(x: float, start: int, size: int, words: NDArray[np.uint32]) -> bool:
    """Return whether category `x` is in the set of `size` words; NaN and negatives never are."""
    if not -1.0 < x < 32.0 * size:
        return False
    category = np.int64(x)
    word = np.int64(words[start + (category >> 5)])
    return bool((word >> (category & 31)) & 1)


@part
def reaches(
    block: np.record,
    conditions: NDArray[np.void],
    words: NDArray[np.uint32],
    columns: Floats,
    width: int,
    row: int,
) -> bool:
    """Return whether a row reaches the leaf of a block without a table."""
    for i in range(block.n_conditions):
        asked = conditions[block.condition_start + i]
        if answer(columns[asked.feature * width + row], asked, words) == 0:
            return False
    return True
