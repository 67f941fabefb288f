"""The raw margin of flat trees: the same bits as ``Booster.predict(raw_score=True)``."""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.bundle.trees import ZERO, Trees

_TILE: Final = 256  # rows that go through a tree together: their loads overlap, it stays in L1


def raw_margins(trees: Trees, features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the uncalibrated log-odds, shape (n,), of C-contiguous features (n, n_features).

    Leaf values are added up in the order of the trees, as `GBDT::PredictRaw` does (LightGBM,
    src/boosting/gbdt_prediction.cpp), so the results are equal to the last bit.
    """
    margins = np.zeros(len(features))
    _add_leaf_values(trees, features, margins)
    return margins


@njit(cache=True, nogil=True)
def in_set(x: float, start: int, size: int, words: NDArray[np.uint32]) -> bool:
    """Return whether category `x` is in the set of `size` words; NaN and negatives never are."""
    if not -1.0 < x < 32.0 * size:
        return False
    category = np.int64(x)
    word = np.int64(words[start + (category >> 5)])
    return bool((word >> (category & 31)) & 1)


@njit(cache=True, nogil=True)
def _add_leaf_values(
    trees: Trees, features: NDArray[np.float64], margins: NDArray[np.float64]
) -> None:
    for first in range(0, len(features), _TILE):
        last = min(first + _TILE, len(features))
        for tree in range(len(trees.node_start) - 1):
            for row in range(first, last):
                leaf = _leaf_of(trees, tree, features[row])
                margins[row] += trees.leaf_value[leaf]


@njit(cache=True, nogil=True)
def _leaf_of(trees: Trees, tree: int, values: NDArray[np.float64]) -> int:
    root = trees.node_start[tree]
    at = np.int64(0) if trees.node_start[tree + 1] > root else np.int64(-1)
    while at >= 0:
        at = (
            trees.left[root + at]
            if _goes_left(trees, root + at, values)
            else trees.right[root + at]
        )
    return int(trees.leaf_start[tree] - 1 - at)


@njit(cache=True, nogil=True)
def _goes_left(trees: Trees, node: int, values: NDArray[np.float64]) -> bool:
    x = values[trees.feature[node]]
    if trees.set_start[node] >= 0:
        return in_set(x, trees.set_start[node], trees.set_size[node], trees.words)
    if np.isnan(x):
        return bool(trees.nan_left[node])
    if abs(x) <= ZERO:
        return bool(trees.zero_left[node])
    return bool(x <= trees.threshold[node])
