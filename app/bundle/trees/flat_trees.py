"""All trees of a booster as flat arrays, which kernels can walk through."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# LightGBM's kZeroThreshold: ``predict`` takes numbers up to this size for 0.
ZERO_THRESHOLD: Final = float(np.float32(1e-35))


class FlatTrees(NamedTuple):
    """The trees of a booster, one after the other, in arrays over their nodes and leaves.

    It is a named tuple because kernels take one as a single argument.

    Tree `t` has the nodes ``node_start[t]`` to ``node_start[t + 1]`` (splits, the root first) and
    the leaves ``leaf_start[t]`` to ``leaf_start[t + 1]``. `left` and `right` are positions within
    the tree: a node if >= 0, otherwise the leaf ``-1 - child``.

    At a numerical node, a row with the value `x` of `feature` goes left

    - if `x` is missing (NaN): where `nan_left`;
    - if `x` is 0, or smaller than `ZERO_THRESHOLD`: where `zero_left`;
    - otherwise: if ``x <= threshold``.

    At a categorical node, which has ``set_start >= 0``, it goes left if its category is in the set:
    if the bit of the whole part of `x` is set in the `set_size` words of `words` from there.

    `node_count` and `leaf_count` are numbers of training rows, which TreeSHAP uses as weights.
    """

    n_features: int
    node_start: NDArray[np.int64]
    leaf_start: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    nan_left: NDArray[np.bool_]
    zero_left: NDArray[np.bool_]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    set_start: NDArray[np.int64]
    set_size: NDArray[np.int64]
    words: NDArray[np.uint32]
    node_count: NDArray[np.float64]
    leaf_count: NDArray[np.float64]
    leaf_value: NDArray[np.float64]
