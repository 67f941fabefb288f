"""Raw margins: the same bits as ``Booster.predict(raw_score=True)``.

Nothing walks down a tree. Its leaves are bits of one word, from left to right; every node that a
row does not go left at strikes out the leaves on its left side, and the first that is left is the
one that the row reaches: C. Lucchese et al., "QuickScorer", SIGIR 2015. Nodes are asked in any
order and without a branch, and the tables are far smaller than those for explaining.
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
_NODE: Final = np.dtype([("threshold", np.float64), ("column", np.int32), ("kept", np.uint32)])


class Forest(NamedTuple):
    """Trees by their nodes; tree `t` has those from ``node_start[t]`` to ``node_start[t + 1]``.

    A row goes left at a node where the value in its `column` is at most its `threshold`, and keeps
    the leaves `kept` where it does not; the values of the leaves of tree `t`, from left to right,
    are `leaf_value` from ``leaf_start[t]``. Column `j` is the feature ``asked[j]``, whose missing
    values go right; or, from the number of features on, that less this number: they go left.
    """

    nodes: NDArray[np.void]  # records of _NODE
    node_start: NDArray[np.int64]
    leaf_start: NDArray[np.int64]
    leaf_value: Floats
    asked: NDArray[np.int64]


class _Room(NamedTuple):
    """Working space: the value of column `j` in row `i` of a tile is at ``j * width + i``."""

    columns: Floats
    left: NDArray[np.uint64]


def adder_of(trees: FlatTrees, *, explainer: Explainer | None = None) -> Forest | Explainer:
    """Return what `raw_margins` takes: a forest, or the `explainer` where trees are no plain ones.

    Trees are plain that have up to 32 leaves, no categories, and no side of its own for zero.
    """
    natural = trees.zero_left == (trees.threshold >= 0)
    n_leaves = np.diff(trees.leaf_start)
    if (trees.set_start >= 0).any() or not natural.all() or n_leaves.max() > MAX_LEAVES:
        return explainer or build_explainer(trees)
    nodes = np.zeros(len(trees.feature), _NODE)
    nodes["threshold"] = trees.threshold
    asked, nodes["column"] = np.unique(
        trees.feature + trees.n_features * trees.nan_left, return_inverse=True
    )
    leaf_value = np.empty_like(trees.leaf_value)
    for tree in range(len(n_leaves)):
        a, b = trees.node_start[tree], trees.node_start[tree + 1]
        first = trees.leaf_start[tree]
        order, kept = _from_left(trees.left[a:b].tolist(), trees.right[a:b].tolist())
        nodes["kept"][a:b] = kept
        leaf_value[first : first + len(order)] = trees.leaf_value[first + np.array(order)]
    return Forest(nodes, trees.node_start, trees.leaf_start, leaf_value, asked)


def raw_margins(
    adder: Forest | Explainer, features: Floats, *, out: Floats | None = None
) -> Floats:
    """Return the uncalibrated log-odds, shape (n,), of C-contiguous features (n, n_features).

    They are written into `out`, where it is given.

    Leaf values are added up in the order of the trees, as `GBDT::PredictRaw` does (LightGBM,
    src/boosting/gbdt_prediction.cpp), so the results are equal to the last bit.
    """
    margins = np.empty(len(features)) if out is None else out
    if isinstance(adder, Explainer):
        margins[:] = explain(adder, features)[1]
        return margins
    _add_up(adder, features, margins, _kept.room_for(adder, len(features)))
    return margins


def _from_left(left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
    """Return a tree's leaves from left to right, and what each node keeps of those not on its left.

    Children are those of `Trees`: a node, or the leaf ``-1 - child``.
    """
    order: list[int] = []
    kept = [0] * len(left)
    todo = [(0 if left else -1, False)]
    first_of: dict[int, int] = {}
    while todo:
        child, left_is_done = todo.pop()
        if child < 0:
            order.append(-1 - child)
        elif left_is_done:
            on_the_left = (1 << len(order)) - (1 << first_of[child])
            kept[child] = int(_WORD) & ~on_the_left
            todo.append((right[child], False))
        else:
            first_of[child] = len(order)
            todo += [(child, True), (left[child], False)]
    return order, kept


class _Kept(threading.local):
    """Room that is used again, see `app.bundle.trees.treeshap`."""

    def __init__(self) -> None:
        self.room = _Room(np.empty(0), np.empty(0, np.uint64))

    def room_for(self, forest: Forest, n: int) -> _Room:
        n_columns, n_words = len(forest.asked) * min(n, TILE), max(len(forest.leaf_start), TILE)
        room = self.room
        if len(room.columns) < n_columns or len(room.left) < n_words:
            room = self.room = _Room(np.empty(n_columns), np.empty(n_words, np.uint64))
        return room


_kept = _Kept()


@entry
def _add_up(forest: Forest, features: Floats, margins: Floats, room: _Room) -> None:
    width = min(len(features), TILE)
    for first in range(0, len(features), TILE):
        n_rows = min(TILE, len(features) - first)
        _fill(forest.asked, features, first, n_rows, room.columns, width)
        sums = margins[first : first + n_rows]
        if n_rows < FEW:
            for row in range(n_rows):
                _strike_out(forest, room.columns, room.left, width, row)
                sums[row] = _sum_of(forest, room.left)
        else:
            _add_rows(forest, room.columns, room.left, sums, width)


@part
def _fill(
    asked: NDArray[np.int64],
    features: Floats,
    first: int,
    n_rows: int,
    columns: Floats,
    width: int,
) -> None:
    """Write what is asked of a tile; numbers below 1e-35 become 0, as in ``Booster.predict``.

    Column by column: rows by rows would write to as many lines of memory as there are columns.
    """
    n_features = features.shape[1]
    for j in range(len(asked)):
        feature, missing = asked[j], np.nan
        if feature >= n_features:
            feature, missing = feature - n_features, -np.inf
        for row in range(n_rows):
            x = features[first + row, np.uintp(feature)]
            x = missing if np.isnan(x) else x
            columns[np.uintp(j * width + row)] = 0.0 if abs(x) <= ZERO_THRESHOLD else x


@part
def _strike_out(
    forest: Forest, columns: Floats, left: NDArray[np.uint64], width: int, row: int
) -> None:
    """Write the leaves of each tree that are left for one row."""
    nodes, node_start, _, _, _ = forest
    for tree in range(len(node_start) - 1):
        word = _ALL
        for i in range(node_start[tree], node_start[tree + 1]):
            node = nodes[np.uintp(i)]
            x = columns[np.uintp(node.column * width + row)]
            word &= _kept_by(x, node.threshold, node.kept)
        left[np.uintp(tree)] = word


@part
def _sum_of(forest: Forest, left: NDArray[np.uint64]) -> float:
    """Add up the leaves reached; apart, so that many are on their way from memory at once."""
    _, _, leaf_start, leaf_value, _ = forest
    total = 0.0
    for tree in range(len(leaf_start) - 1):
        total += leaf_value[np.uintp(leaf_start[tree] + _first_bit(left[np.uintp(tree)]))]
    return total


@part
def _add_rows(
    forest: Forest, columns: Floats, left: NDArray[np.uint64], sums: Floats, width: int
) -> None:
    nodes, node_start, leaf_start, leaf_value, _ = forest
    n_rows = len(sums)
    sums[:] = 0.0
    for tree in range(len(node_start) - 1):
        for row in range(n_rows):
            left[row] = _ALL
        for i in range(node_start[tree], node_start[tree + 1]):
            node = nodes[np.uintp(i)]
            threshold, kept, column = node.threshold, node.kept, node.column * width
            for row in range(n_rows):
                left[row] &= _kept_by(columns[np.uintp(column + row)], threshold, kept)
        first = leaf_start[tree]
        for row in range(n_rows):
            sums[row] += leaf_value[np.uintp(first + _first_bit(left[row]))]


@part
def _kept_by(x: float, threshold: float, kept: np.uint32) -> np.uint64:
    """Return which leaves a node keeps, without a branch: all, where the row goes left."""
    return np.uint64(kept) | (np.uint64(0) - np.uint64(x <= threshold))


@part
def _first_bit(word: np.uint64) -> int:
    """Return the position of the lowest bit that is set; LLVM makes one instruction of the loop."""
    below = (word & (~word + np.uint64(1))) - np.uint64(1)
    position = 0
    while below:
        below &= below - np.uint64(1)
        position += 1
    return position
