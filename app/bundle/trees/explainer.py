"""The tables from which rows are explained, built once for a booster."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.blocks import BlockLeaves, Blocks
from app.bundle.trees.cutting import MAX_PREDICATES, cut_into_blocks
from app.bundle.trees.flat_trees import FlatTrees
from app.bundle.trees.shapley import leaf_contributions, quadrature_of
from app.compiled.kernel import entry, part

Floats = NDArray[np.float64]


class Explainer(NamedTuple):
    """Everything that explaining a row needs, in few arrays, because each one costs time per call.

    `table` holds the contributions of every block, as `Blocks` describes them; `quadrature` is that
    of `quadrature_of`; `base` is the mean raw margin of the training rows.
    """

    blocks: Blocks
    table: Floats
    quadrature: Floats
    base: float


def build_explainer(trees: FlatTrees) -> Explainer:
    """Return the explainer of `trees`; it takes about 0.1 ms per leaf."""
    blocks, leaves = cut_into_blocks(trees)
    most_parts = int(np.max(np.diff(leaves.part_start), initial=1))
    quadrature = quadrature_of(most_parts)
    n_codes = 1 << (blocks.blocks["n_predicates"] * blocks.blocks["has_table"])
    table = np.zeros(int(np.sum((blocks.blocks["n_slots"] + 1) * n_codes)))
    passes, parts = np.empty(most_parts, np.int64), np.empty((1 << MAX_PREDICATES, most_parts))
    _fill_table(blocks.blocks, leaves, quadrature, table, passes, parts)
    return Explainer(blocks, table, quadrature, _base(trees))


def _base(trees: FlatTrees) -> float:
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
    leaves: BlockLeaves,
    quadrature: Floats,
    table: Floats,
    passes: NDArray[np.int64],
    parts: Floats,
) -> None:
    """Write the table; `passes` and `parts` are working space for one leaf."""
    for b in range(len(blocks)):
        block = blocks[b]
        start = block.table_start
        if block.has_table:
            rows = table[start : start + ((block.n_slots + 1) << block.n_predicates)]
            for leaf in range(leaves.leaf_start[b], leaves.leaf_start[b + 1]):
                _add_leaf(leaves, leaf, quadrature, rows, block.n_slots + 1, passes, parts)
        else:
            leaf = leaves.leaf_start[b]
            first = leaves.part_start[leaf]
            for i in range(block.n_slots):
                table[start + i] = leaves.part_share[first + i]
            table[start + block.n_slots] = leaves.leaf_value[leaf]


@part
def _add_leaf(
    leaves: BlockLeaves,
    leaf: int,
    quadrature: Floats,
    rows: Floats,
    width: int,
    passes: NDArray[np.int64],
    parts: Floats,
) -> None:
    """Add the contributions of one leaf to all rows (of `width` numbers) of its block's table."""
    first, last = leaves.part_start[leaf], leaves.part_start[leaf + 1]
    n_parts = last - first
    shares = leaves.part_share[first:last]
    for mask in range(1 << n_parts):
        for i in range(n_parts):
            passes[i] = (mask >> i) & 1
        leaf_contributions(leaves.leaf_value[leaf], shares, passes, quadrature, parts[mask])
    for code in range(len(rows) // width):
        mask = 0
        for i in range(n_parts):
            if code & leaves.part_bits[first + i] == leaves.part_wanted[first + i]:
                mask |= 1 << i
        for i in range(n_parts):
            rows[code * width + leaves.part_slot[first + i]] += parts[mask, i]
        if mask == (1 << n_parts) - 1:
            rows[code * width + width - 1] = leaves.leaf_value[leaf]
