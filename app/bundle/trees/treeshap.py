"""Explain rows by exact TreeSHAP, equal to LightGBM's ``pred_contrib`` within 1e-9.

Path-dependent TreeSHAP (S. Lundberg et al., 2018, arXiv 1802.03888) explains a row by a game in
which an absent feature goes to both sides of a node, weighted by training rows. The game of a tree
is the sum of the games of its leaves, which `app.bundle.trees.shapley` solves.

For blocks of few predicates, tables hold all possible results (`app.bundle.trees.blocks`). A row
then costs a few comparisons and one row of the table per block.
"""

import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.explainer import Explainer
from app.bundle.trees.predicates import (
    FEW,
    TILE,
    Floats,
    fill_columns,
    holds,
    reaches_leaf,
    write_codes,
    write_positions,
)
from app.bundle.trees.shapley import leaf_contributions
from app.compiled.kernel import entry, part


class TreeWorkspace(NamedTuple):
    """Working space of one call, because kernels must not allocate memory.

    `columns` holds the value of feature `j` in row `i` of a tile at ``j * width + i``, and `sums`
    its contribution. `codes` holds the rows' codes in one block, or the positions of one row in all
    blocks. `passes` and `parts` serve the features of one leaf without a table.
    """

    columns: Floats
    sums: Floats
    codes: NDArray[np.int64]
    passes: NDArray[np.int64]
    parts: Floats


def explain(explainer: Explainer, features: Floats) -> tuple[Floats, Floats]:
    """Return the raw contributions and raw margins of C-contiguous features (n, n_features).

    Contributions have shape (n, n_features + 1): one per feature, in log-odds, then the base; each
    row sums to its margin. Margins have shape (n,) and equal those of `app.bundle.trees.margins` to
    the last bit; they are in the same table rows, so they cost next to nothing here. The numbers of
    a row do not depend on the other rows.
    """
    contributions = np.empty((len(features), features.shape[1] + 1))
    margins = np.zeros(len(features))
    workspace = _reused.workspace_for(explainer, features)
    _explain(explainer, features, contributions, margins, workspace)
    return contributions, margins


class _ReusedWorkspace(threading.local):
    """The workspace of the last call, because allocating one takes a fifth of the time of one row.

    Every thread has its own, because kernels run side by side.
    """

    def __init__(self) -> None:
        self._sizes = (0, 0, 0)
        self._workspace = _allocate(*self._sizes)

    def workspace_for(self, explainer: Explainer, features: Floats) -> TreeWorkspace:
        n, n_features = features.shape
        width = min(n, TILE)
        sizes = (
            n_features * width,
            max(width, len(explainer.blocks.blocks)),
            2 * explainer.quadrature.shape[1],
        )
        if sizes != self._sizes:
            self._workspace, self._sizes = _allocate(*sizes), sizes
        return self._workspace


def _allocate(n_columns: int, n_codes: int, n_parts: int) -> TreeWorkspace:
    return TreeWorkspace(
        columns=np.empty(n_columns),
        sums=np.empty(n_columns),
        codes=np.empty(n_codes, dtype=np.int64),
        passes=np.empty(n_parts, dtype=np.int64),
        parts=np.empty(n_parts),
    )


_reused = _ReusedWorkspace()


@entry
def _explain(
    explainer: Explainer,
    features: Floats,
    contributions: Floats,
    margins: Floats,
    workspace: TreeWorkspace,
) -> None:
    n_features = features.shape[1]
    width = min(len(features), TILE)
    columns, sums, codes = workspace.columns, workspace.sums, workspace.codes
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
        _add_leaves_without_table(
            explainer, columns, sums, workspace.passes, workspace.parts, width, n_rows
        )
        for j in range(n_features):
            for row in range(n_rows):
                contributions[first + row, j] = sums[np.uintp(j * width + row)]
        contributions[first : first + n_rows, n_features] = explainer.base


@part
def _add_one_row(
    explainer: Explainer,
    columns: Floats,
    sums: Floats,
    totals: Floats,
    positions: NDArray[np.int64],
    width: int,
    row: int,
) -> None:
    blocks, predicates, slot_feature, words = explainer.blocks
    table = explainer.table
    write_positions(blocks, predicates, words, columns, positions, width, row)
    # A second loop, so that many table rows are on their way from memory at the same time.
    total = 0.0
    for b in range(len(blocks)):
        block = blocks[b]
        if block.has_table or reaches_leaf(block, predicates, words, columns, width, row):
            total += table[np.uintp(positions[np.uintp(b)] + block.n_slots)]
        for slot in range(block.n_slots if block.has_table else 0):
            column = slot_feature[np.uintp(block.slot_start + slot)] * width
            sums[np.uintp(column + row)] += table[np.uintp(positions[np.uintp(b)] + slot)]
    totals[row] = total


@part
def _add_rows(
    explainer: Explainer,
    columns: Floats,
    sums: Floats,
    totals: Floats,
    codes: NDArray[np.int64],
    width: int,
) -> None:
    blocks, predicates, slot_feature, words = explainer.blocks
    table = explainer.table
    n_rows = len(totals)
    for b in range(len(blocks)):
        block = blocks[b]
        at_leaf = block.table_start + block.n_slots
        if not block.has_table:
            for row in range(n_rows):
                if reaches_leaf(block, predicates, words, columns, width, row):
                    totals[row] += table[at_leaf]
            continue
        write_codes(block, predicates, words, columns, codes, width, n_rows)
        width_of_table = np.int64(block.n_slots) + 1
        for row in range(n_rows):
            totals[row] += table[np.uintp(at_leaf + codes[row] * width_of_table)]
        for slot in range(block.n_slots):
            at = block.table_start + slot
            column = slot_feature[block.slot_start + slot] * width
            for row in range(n_rows):
                sums[np.uintp(column + row)] += table[np.uintp(at + codes[row] * width_of_table)]


@part
def _add_leaves_without_table(
    explainer: Explainer,
    columns: Floats,
    sums: Floats,
    passes: NDArray[np.int64],
    parts: Floats,
    width: int,
    n_rows: int,
) -> None:
    """Add the leaves without a table, whose predicates are in the same order as their features."""
    blocks, predicates, slot_feature, words = explainer.blocks
    for b in range(len(blocks)):
        block = blocks[b]
        if block.has_table:
            continue
        start = block.table_start
        shares = explainer.table[start : start + block.n_slots]
        value = explainer.table[start + block.n_slots]
        for row in range(n_rows):
            for i in range(block.n_slots):
                predicate = predicates[block.predicate_start + i]
                passes[i] = holds(columns[predicate.feature * width + row], predicate, words)
            leaf_contributions(value, shares, passes, explainer.quadrature, parts)
            for i in range(block.n_slots):
                sums[slot_feature[block.slot_start + i] * width + row] += parts[i]
