"""Add up raw margins, with the same bits as ``Booster.predict(raw_score=True)``.

Nothing walks down a tree. The leaves of a tree, from left to right, are the bits of one word. Every
node at which a row does not go left removes the leaves on its left side, and the row reaches the
first leaf that remains: C. Lucchese et al., "QuickScorer", SIGIR 2015. The nodes can be visited in
any order and without a branch, and need far less memory than the tables for explaining.
"""

import threading
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.explainer import Explainer, build_explainer
from app.bundle.trees.flat_trees import ZERO_THRESHOLD, FlatTrees
from app.bundle.trees.predicates import FEW, TILE, Floats
from app.bundle.trees.treeshap import explain
from app.compiled.kernel import entry, part

MAX_LEAVES: Final = 32  # bits of a word
_ALL: Final = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_WORD: Final = np.uint64(0xFFFF_FFFF)
_NODE: Final = np.dtype([("threshold", np.float64), ("column", np.int32), ("mask", np.uint32)])


class Forest(NamedTuple):
    """Trees as lists of nodes; tree `t` has nodes ``node_start[t]`` to ``node_start[t + 1]``.

    A row goes left at a node if the value in its `column` is at most its `threshold`; otherwise
    only the leaves in its `mask` remain. The values of the leaves of tree `t`, from left to right,
    are `leaf_value` from ``leaf_start[t]``. Column `j` is the feature ``source[j]``, whose missing
    values go right; a number of n_features or more stands for the feature ``source[j] -
    n_features``, whose missing values go left.
    """

    nodes: NDArray[np.void]  # records of _NODE
    node_start: NDArray[np.int64]
    leaf_start: NDArray[np.int64]
    leaf_value: Floats
    source: NDArray[np.int64]


class _Workspace(NamedTuple):
    """Working space of one call, because kernels must not allocate memory.

    The value of column `j` in row `i` of a tile is at ``j * width + i`` of `columns`. `remaining`
    holds the leaves that remain: of the rows of a tile in one tree, or of one row in all trees.
    """

    columns: Floats
    remaining: NDArray[np.uint64]


def build_adder(trees: FlatTrees, *, explainer: Explainer | None = None) -> Forest | Explainer:
    """Return what `raw_margins` takes: a forest, or the `explainer` where masks do not suffice.

    Masks suffice if no tree has more than 32 leaves, no split is categorical, and 0 is a number
    like any other.
    """
    natural = trees.zero_left == (trees.threshold >= 0)
    n_leaves = np.diff(trees.leaf_start)
    if (trees.set_start >= 0).any() or not natural.all() or n_leaves.max() > MAX_LEAVES:
        return explainer or build_explainer(trees)
    nodes = np.zeros(len(trees.feature), _NODE)
    nodes["threshold"] = trees.threshold
    source, nodes["column"] = np.unique(
        trees.feature + trees.n_features * trees.nan_left, return_inverse=True
    )
    leaf_value = np.empty_like(trees.leaf_value)
    for tree in range(len(n_leaves)):
        a, b = trees.node_start[tree], trees.node_start[tree + 1]
        first = trees.leaf_start[tree]
        order, masks = _leaf_order_and_masks(trees.left[a:b].tolist(), trees.right[a:b].tolist())
        nodes["mask"][a:b] = masks
        leaf_value[first : first + len(order)] = trees.leaf_value[first + np.array(order)]
    return Forest(nodes, trees.node_start, trees.leaf_start, leaf_value, source)


def raw_margins(
    adder: Forest | Explainer, features: Floats, *, out: Floats | None = None
) -> Floats:
    """Return the raw margins, shape (n,), of C-contiguous features (n, n_features).

    They are written into `out` if it is given. Leaf values are added up in the order of the trees,
    as `GBDT::PredictRaw` does (LightGBM, src/boosting/gbdt_prediction.cpp), so the results are
    equal to the last bit.
    """
    margins = np.empty(len(features)) if out is None else out
    if isinstance(adder, Explainer):
        margins[:] = explain(adder, features)[1]
        return margins
    _add_up(adder, features, margins, _reused.workspace_for(adder, len(features)))
    return margins


def _leaf_order_and_masks(left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """Return a tree's leaves from left to right, and the mask of each node.

    Children are those of `FlatTrees`: a node, or the leaf ``-1 - child``.
    """
    order: list[int] = []
    masks = [0] * len(left)
    todo = [(0 if left else -1, False)]
    first_of: dict[int, int] = {}
    while todo:
        child, left_is_done = todo.pop()
        if child < 0:
            order.append(-1 - child)
        elif left_is_done:
            on_the_left = (1 << len(order)) - (1 << first_of[child])
            masks[child] = int(_WORD) & ~on_the_left
            todo.append((right[child], False))
        else:
            first_of[child] = len(order)
            todo += [(child, True), (left[child], False)]
    return order, masks


class _ReusedWorkspace(threading.local):
    """The workspace of the last call, one for each thread; see `app.bundle.trees.treeshap`."""

    def __init__(self) -> None:
        self._workspace = _Workspace(np.empty(0), np.empty(0, np.uint64))

    def workspace_for(self, forest: Forest, n: int) -> _Workspace:
        n_columns, n_words = len(forest.source) * min(n, TILE), max(len(forest.leaf_start), TILE)
        workspace = self._workspace
        if len(workspace.columns) < n_columns or len(workspace.remaining) < n_words:
            workspace = _Workspace(np.empty(n_columns), np.empty(n_words, np.uint64))
            self._workspace = workspace
        return workspace


_reused = _ReusedWorkspace()


@entry
def _add_up(forest: Forest, features: Floats, margins: Floats, workspace: _Workspace) -> None:
    width = min(len(features), TILE)
    for first in range(0, len(features), TILE):
        n_rows = min(TILE, len(features) - first)
        _fill(forest.source, features, first, n_rows, workspace.columns, width)
        sums = margins[first : first + n_rows]
        if n_rows < FEW:
            for row in range(n_rows):
                _write_remaining(forest, workspace.columns, workspace.remaining, width, row)
                sums[row] = _sum_of_leaves(forest, workspace.remaining)
        else:
            _add_rows(forest, workspace.columns, workspace.remaining, sums, width)


@part
def _fill(
    source: NDArray[np.int64],
    features: Floats,
    first: int,
    n_rows: int,
    columns: Floats,
    width: int,
) -> None:
    """Write the columns of a tile; numbers up to `ZERO_THRESHOLD` become 0, as in LightGBM.

    The loop goes column by column, because writing a whole row would touch as many cache lines as
    there are columns.
    """
    n_features = features.shape[1]
    for j in range(len(source)):
        feature, missing = source[j], np.nan
        if feature >= n_features:
            feature, missing = feature - n_features, -np.inf
        for row in range(n_rows):
            x = features[first + row, np.uintp(feature)]
            x = missing if np.isnan(x) else x
            columns[np.uintp(j * width + row)] = 0.0 if abs(x) <= ZERO_THRESHOLD else x


@part
def _write_remaining(
    forest: Forest, columns: Floats, remaining: NDArray[np.uint64], width: int, row: int
) -> None:
    """Write the leaves of each tree that remain for one row."""
    nodes, node_start, _, _, _ = forest
    for tree in range(len(node_start) - 1):
        word = _ALL
        for i in range(node_start[tree], node_start[tree + 1]):
            node = nodes[np.uintp(i)]
            x = columns[np.uintp(node.column * width + row)]
            word &= _remaining_after(x, node.threshold, node.mask)
        remaining[np.uintp(tree)] = word


@part
def _sum_of_leaves(forest: Forest, remaining: NDArray[np.uint64]) -> float:
    """Add up the leaves that are reached, in a loop of its own to overlap the waits for memory."""
    _, _, leaf_start, leaf_value, _ = forest
    total = 0.0
    for tree in range(len(leaf_start) - 1):
        total += leaf_value[np.uintp(leaf_start[tree] + _lowest_bit(remaining[np.uintp(tree)]))]
    return total


@part
def _add_rows(
    forest: Forest, columns: Floats, remaining: NDArray[np.uint64], sums: Floats, width: int
) -> None:
    nodes, node_start, leaf_start, leaf_value, _ = forest
    n_rows = len(sums)
    sums[:] = 0.0
    for tree in range(len(node_start) - 1):
        for row in range(n_rows):
            remaining[row] = _ALL
        for i in range(node_start[tree], node_start[tree + 1]):
            node = nodes[np.uintp(i)]
            threshold, mask, column = node.threshold, node.mask, node.column * width
            for row in range(n_rows):
                remaining[row] &= _remaining_after(columns[np.uintp(column + row)], threshold, mask)
        first = leaf_start[tree]
        for row in range(n_rows):
            sums[row] += leaf_value[np.uintp(first + _lowest_bit(remaining[row]))]


@part
def _remaining_after(x: float, threshold: float, mask: np.uint32) -> np.uint64:
    """Return the leaves that remain after a node, without a branch: all if the row goes left."""
    return np.uint64(mask) | (np.uint64(0) - np.uint64(x <= threshold))


@part
def _lowest_bit(word: np.uint64) -> int:
    """Return the position of the lowest bit that is set; LLVM makes one instruction of the loop."""
    below = (word & (~word + np.uint64(1))) - np.uint64(1)
    position = 0
    while below:
        below &= below - np.uint64(1)
        position += 1
    return position
