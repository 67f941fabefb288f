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

Blocks with few conditions have all outcomes in a table (app/bundle/trees/blocks.py); a row then
costs a few comparisons and one table row per block.
"""

import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.blocks import MAX_CONDITIONS, Blocks, Leaves, cut_into_blocks
from app.bundle.trees.branches import (
    FEW,
    TILE,
    Floats,
    answer,
    ask_rows,
    fill_columns,
    find_places,
    reaches,
)
from app.bundle.trees.parsing import Trees
from app.compiled.kernel import entry, part


class Explainer(NamedTuple):
    """All that explaining a row needs; few arrays, for Numba unpacks each of them in every call.

    `table` holds the contributions of every block, as `Blocks` says. `quadrature`, shape (2, n, n),
    holds points and weights of Gauss-Legendre on [0, 1], ``i + 1`` of them in row `i`. `base` is
    the mean raw margin of the training rows.
    """

    blocks: Blocks
    table: Floats
    quadrature: Floats
    base: float


class Room(NamedTuple):
    """Working space of one call, as kernels take no memory.

    `columns` holds the value of feature `j` in row `i` of a tile at ``j * width + i``, and `sums`
    its contribution; `codes` the rows' codes in a block, or a row's places in all blocks; `met` and
    `parts` the features of one leaf without a table.
    """

    columns: Floats
    sums: Floats
    codes: NDArray[np.int64]
    met: NDArray[np.int64]
    parts: Floats


def build_explainer(trees: Trees) -> Explainer:
    """Return the explainer of `trees`; takes about 0.1 ms per leaf."""
    blocks, leaves = cut_into_blocks(trees)
    most_parts = int(np.max(np.diff(leaves.part_start), initial=1))
    quadrature = _quadrature((most_parts + 1) // 2)
    has_table = blocks.blocks["has_table"]
    n_rows = 1 << (blocks.blocks["n_conditions"] * has_table)
    table = np.zeros(int(np.sum((blocks.blocks["n_slots"] + 1) * n_rows)))
    met, parts = np.empty(most_parts, np.int64), np.empty((1 << MAX_CONDITIONS, most_parts))
    _fill_table(blocks.blocks, leaves, quadrature, table, met, parts)
    return Explainer(blocks, table, quadrature, _base(trees))


def explain(explainer: Explainer, features: Floats) -> tuple[Floats, Floats]:
    """Return the raw contributions and margins of C-contiguous features, shape (n, n_features).

    Contributions have shape (n, n_features + 1): one per feature in log-odds, then the base; a row
    sums to its raw margin. Margins have shape (n,) and are those of `app.bundle.trees.margins`, to
    the last bit: they lie in the same table rows, so they cost next to nothing here. The numbers of
    a row do not depend on the other rows, to the last bit.
    """
    contributions = np.empty((len(features), features.shape[1] + 1))
    margins = np.zeros(len(features))
    _explain(explainer, features, contributions, margins, _kept.room_for(explainer, features))
    return contributions, margins


def raw_contributions(explainer: Explainer, features: Floats) -> Floats:
    """Return the raw contributions alone, see `explain`."""
    return explain(explainer, features)[0]


class _Kept(threading.local):
    """Room that is used again, as making it takes a fifth of the time of one row.

    Each thread has its own, as kernels run side by side.
    """

    def __init__(self) -> None:
        self.sizes = (0, 0, 0)
        self.room = _empty_room(*self.sizes)

    def room_for(self, explainer: Explainer, features: Floats) -> Room:
        n, n_features = features.shape
        width = min(n, TILE)
        sizes = (
            n_features * width,
            max(width, len(explainer.blocks.blocks)),
            2 * explainer.quadrature.shape[1],
        )
        if sizes != self.sizes:
            self.room, self.sizes = _empty_room(*sizes), sizes
        return self.room


def _empty_room(n_columns: int, n_codes: int, n_parts: int) -> Room:
    return Room(
        columns=np.empty(n_columns),
        sums=np.empty(n_columns),
        codes=np.empty(n_codes, dtype=np.int64),
        met=np.empty(n_parts, dtype=np.int64),
        parts=np.empty(n_parts),
    )


_kept = _Kept()


def _quadrature(n_most: int) -> Floats:
    quadrature = np.zeros((2, n_most, n_most))
    for i in range(n_most):
        points, weights = np.polynomial.legendre.leggauss(i + 1)  # on [-1, 1]
        quadrature[0, i, : i + 1] = (points + 1) / 2
        quadrature[1, i, : i + 1] = weights / 2
    return quadrature


def _base(trees: Trees) -> float:
    """Return the sum of the trees' expected values (LightGBM, `Tree::ExpectedValue`)."""
    base = 0.0
    for tree in range(len(trees.node_start) - 1):
        leaves = slice(trees.leaf_start[tree], trees.leaf_start[tree + 1])
        counts, values = trees.leaf_count[leaves], trees.leaf_value[leaves]
        total = trees.node_count[trees.node_start[tree]] if len(values) > 1 else counts[0]
        base += float(np.sum(counts / total * values))
    return base


@entry
def _fill_table(
    blocks: NDArray[np.void],
    leaves: Leaves,
    quadrature: Floats,
    table: Floats,
    met: NDArray[np.int64],
    parts: Floats,
) -> None:
    """Write the table; `met` and `parts` are room for a leaf, and for all its contributions."""
    for b in range(len(blocks)):
        block = blocks[b]
        start = block.table_start
        if block.has_table:
            rows = table[start : start + ((block.n_slots + 1) << block.n_conditions)]
            for leaf in range(leaves.leaf_start[b], leaves.leaf_start[b + 1]):
                _add_leaf(leaves, leaf, quadrature, rows, block.n_slots + 1, met, parts)
        else:
            leaf = leaves.leaf_start[b]
            first = leaves.part_start[leaf]
            for i in range(block.n_slots):
                table[start + i] = leaves.part_share[first + i]
            table[start + block.n_slots] = leaves.leaf_value[leaf]


@part
def _add_leaf(
    leaves: Leaves,
    leaf: int,
    quadrature: Floats,
    rows: Floats,
    width: int,
    met: NDArray[np.int64],
    parts: Floats,
) -> None:
    """Add one leaf's contributions to every row, of this width, of its block's table."""
    first, last = leaves.part_start[leaf], leaves.part_start[leaf + 1]
    n_parts = last - first
    shares = leaves.part_share[first:last]
    for mask in range(1 << n_parts):
        for i in range(n_parts):
            met[i] = (mask >> i) & 1
        leaf_contributions(leaves.leaf_value[leaf], shares, met, quadrature, parts[mask])
    for code in range(len(rows) // width):
        mask = 0
        for i in range(n_parts):
            if code & leaves.part_bits[first + i] == leaves.part_want[first + i]:
                mask |= 1 << i
        for i in range(n_parts):
            rows[code * width + leaves.part_slot[first + i]] += parts[mask, i]
        if mask == (1 << n_parts) - 1:
            rows[code * width + width - 1] = leaves.leaf_value[leaf]


@part
def leaf_contributions(
    value: float, shares: Floats, met: NDArray[np.int64], quadrature: Floats, out: Floats
) -> None:
    """Write the Shapley values of one leaf's game, one per feature on its path, into `out`.

    With the product P(t) over all features, the integrand is ``(met - share) * P / factor``. For a
    feature that is not met the factor is ``share * (1 - t)``, so its share cancels out and all of
    these features get the same; for one that is met it is at least `t`. Nothing divides by zero.
    """
    missed = value
    for i in range(len(shares)):
        out[i] = 0.0
        if met[i] == 0:
            missed *= shares[i]
    n_points = (len(shares) + 1) // 2
    of_missed = 0.0
    for q in range(n_points):
        t = quadrature[0, n_points - 1, q]
        product = quadrature[1, n_points - 1, q] * missed
        for i in range(len(shares)):
            product *= shares[i] + t * (1.0 - shares[i]) if met[i] else 1.0 - t
        of_missed -= product / (1.0 - t)
        for i in range(len(shares)):
            out[i] += product * (1.0 - shares[i]) / (shares[i] + t * (1.0 - shares[i]))
    for i in range(len(shares)):
        if met[i] == 0:
            out[i] = of_missed


@entry
def _explain(
    explainer: Explainer, features: Floats, contributions: Floats, margins: Floats, room: Room
) -> None:
    n_features = features.shape[1]
    width = min(len(features), TILE)
    columns, sums, codes = room.columns, room.sums, room.codes
    for first in range(0, len(features), TILE):
        n_rows = min(TILE, len(features) - first)
        fill_columns(features, first, n_rows, columns, width)
        sums[:] = 0.0
        totals = margins[first : first + n_rows]
        if n_rows < FEW:
            for row in range(n_rows):
                _add_one_row(explainer, columns, sums, totals, codes, width, row)
        else:
            _add_rows(explainer, columns, sums, totals, codes, width)
        _add_computed(explainer, columns, sums, room.met, room.parts, width, n_rows)
        for j in range(n_features):
            for row in range(n_rows):
                contributions[first + row, j] = sums[np.uintp(j * width + row)]
        contributions[first : first + n_rows, n_features] = explainer.base


@part
def _add_rows(
    explainer: Explainer,
    columns: Floats,
    sums: Floats,
    totals: Floats,
    codes: NDArray[np.int64],
    width: int,
) -> None:
    blocks, conditions, slot_feature, words = explainer.blocks
    table = explainer.table
    n_rows = len(totals)
    for b in range(len(blocks)):
        block = blocks[b]
        at_leaf = block.table_start + block.n_slots
        if not block.has_table:
            for row in range(n_rows):
                if reaches(block, conditions, words, columns, width, row):
                    totals[row] += table[at_leaf]
            continue
        ask_rows(block, conditions, words, columns, codes, width, n_rows)
        width_of_table = np.int64(block.n_slots) + 1
        for row in range(n_rows):
            totals[row] += table[np.uintp(at_leaf + codes[row] * width_of_table)]
        for slot in range(block.n_slots):
            at = block.table_start + slot
            column = slot_feature[block.slot_start + slot] * width
            for row in range(n_rows):
                sums[np.uintp(column + row)] += table[np.uintp(at + codes[row] * width_of_table)]


@part
def _add_one_row(
    explainer: Explainer,
    columns: Floats,
    sums: Floats,
    totals: Floats,
    places: NDArray[np.int64],
    width: int,
    row: int,
) -> None:
    blocks, conditions, slot_feature, words = explainer.blocks
    table = explainer.table
    find_places(blocks, conditions, words, columns, places, width, row)
    # In a loop of its own, so that many table rows are on their way from memory at once.
    total = 0.0
    for b in range(len(blocks)):
        block = blocks[b]
        if block.has_table or reaches(block, conditions, words, columns, width, row):
            total += table[np.uintp(places[np.uintp(b)] + block.n_slots)]
        for slot in range(block.n_slots if block.has_table else 0):
            column = slot_feature[np.uintp(block.slot_start + slot)] * width
            sums[np.uintp(column + row)] += table[np.uintp(places[np.uintp(b)] + slot)]
    totals[row] = total


@part
def _add_computed(
    explainer: Explainer,
    columns: Floats,
    sums: Floats,
    met: NDArray[np.int64],
    parts: Floats,
    width: int,
    n_rows: int,
) -> None:
    """Add the leaves without a table, whose conditions and features go in the same order."""
    blocks, conditions, slot_feature, words = explainer.blocks
    for b in range(len(blocks)):
        block = blocks[b]
        if block.has_table:
            continue
        start = block.table_start
        shares = explainer.table[start : start + block.n_slots]
        value = explainer.table[start + block.n_slots]
        for row in range(n_rows):
            for i in range(block.n_slots):
                asked = conditions[block.condition_start + i]
                met[i] = answer(columns[asked.feature * width + row], asked, words)
            leaf_contributions(value, shares, met, explainer.quadrature, parts)
            for i in range(block.n_slots):
                sums[slot_feature[block.slot_start + i] * width + row] += parts[i]
