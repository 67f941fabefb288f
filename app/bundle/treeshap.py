"""Exact TreeSHAP of flat trees: equal to LightGBM's ``pred_contrib`` within 1e-9.

Path-dependent TreeSHAP (S. Lundberg et al., 2018, arXiv 1802.03888) explains a row by the game in
which an absent feature goes to both sides of a node, weighted by training rows. The game of a tree
is the sum of the games of its leaves, and that of a leaf is a product over the features on its
path: its value, times 1 or 0 for a present feature (the row passes the feature's nodes or not),
times the share of rows that pass for an absent one. For such a game the Shapley value has a closed
form by Owen's multilinear extension (G. Owen, 1972, Management Science 18(5)): the integral over
`t` from 0 to 1 of the derivative of the product, each factor being ``share + t * (met - share)``.
That is a polynomial in `t`, so Gauss-Legendre quadrature with half as many points as features is
exact, and no large binomial appears as in the weights of the original.

Blocks with few conditions have all outcomes in a table (app/bundle/blocks.py); a row then costs a
few comparisons and one table row per block.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.bundle.blocks import Blocks, cut_into_blocks
from app.bundle.predict import in_set
from app.bundle.trees import ZERO, Trees

_TILE: Final = 128  # rows explained together; their features and sums fit in the L2 cache

Floats = NDArray[np.float64]


class Explainer(NamedTuple):
    """All that explaining a row needs.

    `table` holds the contributions of every block with a table: for each code, one number per
    slot. `points` and `weights`, shape (n, n), hold the Gauss-Legendre quadrature on [0, 1] with
    ``i + 1`` points in row `i`. `base` is the mean raw margin of the training rows.
    """

    blocks: Blocks
    table: Floats
    points: Floats
    weights: Floats
    base: float


def build_explainer(trees: Trees) -> Explainer:
    """Return the explainer of `trees`; takes some milliseconds per 100 leaves."""
    blocks = cut_into_blocks(trees)
    points, weights = _quadrature((blocks.most_parts + 1) // 2)
    table = np.zeros(blocks.n_table)
    _fill_table(blocks, points, weights, table)
    return Explainer(blocks, table, points, weights, _base(trees))


def raw_contributions(explainer: Explainer, features: Floats) -> Floats:
    """Return the raw contributions, shape (n, n_features + 1), of C-contiguous features.

    One per feature in log-odds, then the base; a row sums to its raw margin. The numbers of a row
    do not depend on the other rows, to the last bit.
    """
    contributions = np.empty((len(features), features.shape[1] + 1))
    _explain(explainer, features, contributions)
    return contributions


def _quadrature(n_most: int) -> tuple[Floats, Floats]:
    points, weights = np.zeros((2, max(n_most, 1), max(n_most, 1)))
    for i in range(n_most):
        on_minus_one_to_one, of_two = np.polynomial.legendre.leggauss(i + 1)
        points[i, : i + 1] = (on_minus_one_to_one + 1) / 2
        weights[i, : i + 1] = of_two / 2
    return points, weights


def _base(trees: Trees) -> float:
    """Return the sum of the trees' expected values (LightGBM, `Tree::ExpectedValue`)."""
    base = 0.0
    for tree in range(len(trees.node_start) - 1):
        leaves = slice(trees.leaf_start[tree], trees.leaf_start[tree + 1])
        counts, values = trees.leaf_count[leaves], trees.leaf_value[leaves]
        total = trees.node_count[trees.node_start[tree]] if len(values) > 1 else counts[0]
        base += float(np.sum(counts / total * values))
    return base


@njit(cache=True, nogil=True)
def _fill_table(blocks: Blocks, points: Floats, weights: Floats, table: Floats) -> None:
    for block in range(len(blocks.table_start)):
        if blocks.table_start[block] < 0:
            continue
        n_conditions = blocks.condition_start[block + 1] - blocks.condition_start[block]
        n_slots = blocks.slot_start[block + 1] - blocks.slot_start[block]
        size = n_slots << n_conditions
        start = blocks.table_start[block]
        rows = table[start : start + size].reshape(1 << n_conditions, n_slots)
        for leaf in range(blocks.leaf_start[block], blocks.leaf_start[block + 1]):
            _add_leaf(blocks, leaf, points, weights, rows)


@njit(cache=True, nogil=True)
def _add_leaf(
    blocks: Blocks, leaf: int, points: Floats, weights: Floats, rows: NDArray[np.float64]
) -> None:
    """Add one leaf's contributions to every row of its block's table."""
    first, last = blocks.part_start[leaf], blocks.part_start[leaf + 1]
    n_parts = last - first
    shares = blocks.part_share[first:last]
    met = np.empty(n_parts, dtype=np.int64)
    parts = np.empty((1 << n_parts, n_parts))
    for mask in range(1 << n_parts):
        for i in range(n_parts):
            met[i] = (mask >> i) & 1
        leaf_contributions(blocks.leaf_value[leaf], shares, met, points, weights, parts[mask])
    for code in range(len(rows)):
        mask = 0
        for i in range(n_parts):
            if code & blocks.part_bits[first + i] == blocks.part_want[first + i]:
                mask |= 1 << i
        for i in range(n_parts):
            rows[code, blocks.part_slot[first + i]] += parts[mask, i]


@njit(cache=True, nogil=True)
def leaf_contributions(
    value: float,
    shares: Floats,
    met: NDArray[np.int64],
    points: Floats,
    weights: Floats,
    out: Floats,
) -> None:
    """Write the Shapley values of one leaf's game, one per feature on its path, into `out`.

    With the product P(t) over all features, the integrand is ``(met - share) * P / factor``. For a
    feature that is not met the factor is ``share * (1 - t)``, so its share cancels out and all of
    these features get the same; for one that is met it is at least `t`. Nothing divides by zero.
    """
    n_missed = 0
    missed = value
    for i in range(len(shares)):
        out[i] = 0.0
        if met[i] == 0:
            n_missed += 1
            missed *= shares[i]
    n_points = (len(shares) + 1) // 2
    of_missed = 0.0
    for q in range(n_points):
        t = points[n_points - 1, q]
        product = weights[n_points - 1, q] * missed * (1.0 - t) ** n_missed
        for i in range(len(shares)):
            if met[i]:
                product *= shares[i] + t * (1.0 - shares[i])
        of_missed -= product / (1.0 - t)
        for i in range(len(shares)):
            if met[i]:
                out[i] += product * (1.0 - shares[i]) / (shares[i] + t * (1.0 - shares[i]))
    for i in range(len(shares)):
        if met[i] == 0:
            out[i] = of_missed


@njit(cache=True, nogil=True)
def _explain(explainer: Explainer, features: Floats, contributions: Floats) -> None:
    n_features = features.shape[1]
    width = min(len(features), _TILE)
    columns = np.empty(n_features * width)  # value of feature j in row i of the tile: j * width + i
    sums = np.empty(n_features * width)
    for first in range(0, len(features), _TILE):
        n_rows = min(_TILE, len(features) - first)
        for row in range(n_rows):
            for j in range(n_features):
                x = features[first + row, j]
                columns[j * width + row] = 0.0 if abs(x) <= ZERO else x
                sums[j * width + row] = 0.0
        _add_from_tables(explainer, columns, sums, width, n_rows)
        _add_computed(explainer, columns, sums, width, n_rows)
        for row in range(n_rows):
            for j in range(n_features):
                contributions[first + row, j] = sums[j * width + row]
            contributions[first + row, n_features] = explainer.base


@njit(cache=True, nogil=True)
def _add_from_tables(
    explainer: Explainer, columns: Floats, sums: Floats, width: int, n_rows: int
) -> None:
    # One function and local names on purpose: Numba counts references whenever an array comes out
    # of a tuple, is sliced or passed on, which for a single row costs more than the work itself.
    table, slot_feature = explainer.table, explainer.blocks.slot_feature
    slot_start, table_start = explainer.blocks.slot_start, explainer.blocks.table_start
    condition_start = explainer.blocks.condition_start
    conditions, words = explainer.blocks.conditions, explainer.blocks.words
    codes = np.empty(n_rows, dtype=np.int64)
    for block in range(len(table_start)):
        if table_start[block] < 0:
            continue
        for row in range(n_rows):
            codes[row] = 0
        first = condition_start[block]
        for c in range(first, condition_start[block + 1]):
            asked = conditions[c]
            column, bit = asked.feature * width, c - first
            if asked.set_size > 0:
                for row in range(n_rows):
                    codes[row] |= _meets_set(columns[column + row], asked, words) << bit
            else:
                low, high = asked.low, asked.high
                if_nan, if_zero = asked.nan_meets, asked.zero_meets
                for row in range(n_rows):
                    x = columns[column + row]
                    codes[row] |= _meets(x, low, high, if_nan, if_zero) << bit
        n_slots = slot_start[block + 1] - slot_start[block]
        for slot in range(n_slots):
            at = table_start[block] + slot
            column = slot_feature[slot_start[block] + slot] * width
            for row in range(n_rows):
                sums[column + row] += table[at + codes[row] * n_slots]


@njit(cache=True, nogil=True)
def _add_computed(
    explainer: Explainer, columns: Floats, sums: Floats, width: int, n_rows: int
) -> None:
    blocks = explainer.blocks
    conditions = blocks.conditions
    met = np.empty(blocks.most_parts, dtype=np.int64)
    out = np.empty(blocks.most_parts)
    for block in range(len(blocks.table_start)):
        if blocks.table_start[block] >= 0:
            continue
        leaf = blocks.leaf_start[block]
        first = blocks.condition_start[block]
        n_parts = blocks.condition_start[block + 1] - first
        shares = blocks.part_share[blocks.part_start[leaf] : blocks.part_start[leaf + 1]]
        for row in range(n_rows):
            for i in range(n_parts):
                met[i] = _answer(columns, width, row, conditions[first + i], blocks.words)
            leaf_contributions(
                blocks.leaf_value[leaf], shares, met, explainer.points, explainer.weights, out
            )
            for i in range(n_parts):
                sums[conditions[first + i].feature * width + row] += out[i]


@njit(cache=True, nogil=True)
def _answer(
    columns: Floats, width: int, row: int, asked: np.record, words: NDArray[np.uint32]
) -> int:
    x = columns[asked.feature * width + row]
    if asked.set_size > 0:
        return _meets_set(x, asked, words)
    return _meets(x, asked.low, asked.high, asked.nan_meets, asked.zero_meets)


@njit(cache=True, nogil=True)
def _meets(x: float, low: float, high: float, if_nan: int, if_zero: int) -> int:
    """Return 1 or 0, without a branch, so that rows are asked several at a time."""
    within = np.int64(x <= high) & (1 - np.int64(x <= low))
    answer = if_zero if x == 0.0 else within
    return if_nan if np.isnan(x) else answer


@njit(cache=True, nogil=True)
def _meets_set(x: float, asked: np.record, words: NDArray[np.uint32]) -> int:
    if -1.0 < x < 32.0 * asked.set_size:
        return np.int64(in_set(x, asked.set_start, asked.set_size, words))
    return asked.nan_meets
