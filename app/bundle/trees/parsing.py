"""Read LightGBM's text model into flat arrays, checking everything that a kernel relies on.

LightGBM's own reader crashes on damaged text. This one refuses it, because the kernels that walk
these arrays check no bounds. The format is that of `Tree::ToString` (LightGBM, src/io/tree.cpp);
the meaning of a decision that of `Tree::Decision` (include/LightGBM/tree.h).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import BundleRefused

ZERO: Final = float(np.float32(1e-35))  # kZeroThreshold: predict() takes anything smaller for 0

_CATEGORICAL, _DEFAULT_LEFT = 1, 2  # bits of decision_type; bits 2 and 3 are the missing type
_MISSING_IS_ZERO, _MISSING_IS_NAN = 1, 2
_MAX_WORDS_PER_SET: Final = 1 << 16  # 2 million categories
_LINES_OF_A_SPLIT: Final = (
    "split_feature",
    "threshold",
    "decision_type",
    "left_child",
    "right_child",
    "internal_count",
)


class Trees(NamedTuple):
    """All trees of a booster, one after the other, in arrays over their nodes and leaves.

    Tree `t` has the nodes ``node_start[t]`` to ``node_start[t + 1]`` (splits, the root first) and
    the leaves ``leaf_start[t]`` to ``leaf_start[t + 1]``. `left` and `right` are positions within
    the tree: a node where >= 0, else the leaf ``-1 - child``.

    A row goes left at a node if its value `x` of `feature` is missing (NaN) and `nan_left`; is 0
    (or smaller than 1e-35) and `zero_left`; else if ``x <= threshold``. At a categorical node,
    with ``set_start >= 0``, it goes left if the bit of the whole part of `x` is set in the
    `set_size` words of `words` from there, and right otherwise.

    `node_count` and `leaf_count` are the numbers of training rows; TreeSHAP weighs by them.

    A named tuple, because that is what Numba takes as one argument.
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


def parse_trees(text: str, *, n_features: int, source: str = "booster.txt") -> Trees:
    """Return the trees of LightGBM's text model `text`; `source` names it in messages.

    Raises
    ------
    BundleRefused
        If the text is damaged, was trained on another number of features, or holds more than one
        class, a random forest (averaged output) or linear trees.
    """
    header, *sections = text.split("\nend of trees", 1)[0].split("\nTree=")
    _check_header(header, n_features, source)
    if "\nend of trees" not in text or not sections:
        raise BundleRefused(f"{source} has no trees, or no end of trees: it is cut off")
    trees = [
        _Tree(f"{source}, tree {i}", _fields(section), n_features)
        for i, section in enumerate(sections)
    ]
    return _joined([tree.arrays() for tree in trees], n_features)


def _check_header(header: str, n_features: int, source: str) -> None:
    lines = header.splitlines()
    fields = dict(line.partition("=")[::2] for line in lines)
    if not lines or lines[0] != "tree" or fields.get("version") != "v4":
        raise BundleRefused(f"{source} is no LightGBM text model of version v4")
    if "average_output" in lines:
        raise BundleRefused(f"{source} is a random forest (boosting=rf): train with boosting=gbdt")
    if fields.get("num_class") != "1" or fields.get("num_tree_per_iteration") != "1":
        raise BundleRefused(f"{source} has more than one class: train with objective=binary")
    if fields.get("max_feature_idx") != str(n_features - 1):
        raise BundleRefused(
            f"{source} was trained on features 0 to {fields.get('max_feature_idx')}, expected 0 to "
            f"{n_features - 1}: train a new bundle"
        )


def _fields(section: str) -> dict[str, str]:
    lines = section.strip().splitlines()[1:]  # the first is the number of the tree
    return dict(line.partition("=")[::2] for line in lines)


class _Tree:
    """One tree of the text while it is read and checked."""

    def __init__(self, where: str, fields: Mapping[str, str], n_features: int) -> None:
        self.where = where
        self.fields = fields
        self.n_features = n_features
        self.n_leaves = int(self._numbers("num_leaves", 1, int)[0])
        self._check(self.n_leaves >= 1, "num_leaves must be at least 1")
        self._check(fields.get("is_linear", "0") == "0", "linear trees: train without linear_tree")

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return this tree's part of every array of `Trees`."""
        splits = {name: self._numbers(name, self.n_leaves - 1, float) for name in _LINES_OF_A_SPLIT}
        kind = splits["decision_type"].astype(np.int64)
        categorical = (kind & _CATEGORICAL) > 0
        set_start, set_size, words = self._sets(categorical, splits["threshold"])
        threshold = np.where(categorical, 0.0, splits["threshold"])
        zero_left, nan_left = _special_values(kind, threshold)
        arrays: dict[str, NDArray[Any]] = {
            "feature": splits["split_feature"].astype(np.int64),
            "threshold": threshold,
            "nan_left": nan_left & ~categorical,
            "zero_left": zero_left & ~categorical,
            "left": splits["left_child"].astype(np.int64),
            "right": splits["right_child"].astype(np.int64),
            "set_start": set_start,
            "set_size": set_size,
            "words": words,
            "node_count": splits["internal_count"],
            "leaf_count": self._leaf_counts(),
            "leaf_value": self._numbers("leaf_value", self.n_leaves, float),
        }
        self._check_values(arrays)
        self._check_shape(arrays["left"].tolist(), arrays["right"].tolist())
        return arrays

    def _numbers(self, name: str, n: int, of: Callable[[str], float]) -> NDArray[np.float64]:
        try:
            numbers = np.array([of(word) for word in self.fields.get(name, "").split()], float)
        except (ValueError, OverflowError) as error:
            raise BundleRefused(f"{self.where}: {name}: {error}") from error
        self._check(len(numbers) == n, f"{name} needs {n} numbers, got {len(numbers)}")
        # A threshold may be infinite: it parts the missing values from all others.
        bad = np.isnan(numbers) if name == "threshold" else ~np.isfinite(numbers)
        self._check(not bad.any(), f"{name} must be finite")
        return numbers

    def _leaf_counts(self) -> NDArray[np.float64]:
        if self.n_leaves == 1:  # LightGBM does not always know it, and nothing needs it
            return np.ones(1)
        return self._numbers("leaf_count", self.n_leaves, float)

    def _sets(
        self, categorical: NDArray[np.bool_], threshold: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
        """Where each node's set of categories starts in the words (-1 = none), and its size."""
        set_start = np.full(len(categorical), -1)
        set_size = np.zeros(len(categorical), dtype=np.int64)
        n_sets = int(self._numbers("num_cat", 1, int)[0])
        if n_sets == 0:
            self._check(not categorical.any(), "a categorical split without num_cat")
            return set_start, set_size, np.zeros(0, dtype=np.uint32)
        self._check(0 <= n_sets < self.n_leaves, "num_cat must be less than num_leaves")
        bounds = self._numbers("cat_boundaries", n_sets + 1, int).astype(np.int64)
        sizes = np.diff(bounds)
        self._check(bounds[0] == 0 and bool((sizes > 0).all()), "cat_boundaries must ascend from 0")
        self._check(bool((sizes < _MAX_WORDS_PER_SET).all()), "a set of too many categories")
        words = self._numbers("cat_threshold", int(bounds[-1]), int)
        self._check(bool(((words >= 0) & (words < 2**32)).all()), "cat_threshold: no 32 bits")
        which = threshold[categorical]
        self._check(bool(((which >= 0) & (which < n_sets)).all()), "threshold names no set")
        which = which.astype(np.int64)
        set_start[categorical] = bounds[which]
        set_size[categorical] = sizes[which]
        return set_start, set_size, words.astype(np.uint32)

    def _check_values(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        feature = arrays["feature"]
        self._check(
            bool(((feature >= 0) & (feature < self.n_features)).all()),
            f"split_feature must lie in 0 to {self.n_features - 1}",
        )
        self._check(bool((arrays["node_count"] > 0).all()), "internal_count must be above 0")
        self._check(bool((arrays["leaf_count"] >= 0).all()), "leaf_count must not be below 0")

    def _check_shape(self, left: list[int], right: list[int]) -> None:
        """Every node and every leaf hangs on the root exactly once: no loop, nothing dangling."""
        if self.n_leaves == 1:
            return
        wanted = set(range(-self.n_leaves, self.n_leaves - 1))
        todo = [0]
        while todo:
            node = todo.pop()
            self._check(node in wanted, f"child {node} is no node, or two nodes' child")
            wanted.remove(node)
            if node >= 0:
                todo += [left[node], right[node]]
        self._check(not wanted, "some nodes hang on no other")

    def _check(self, condition: bool, message: str) -> None:  # noqa: FBT001 - what must hold
        if not condition:
            raise BundleRefused(f"{self.where}: {message}")


def _special_values(
    kind: NDArray[np.int64], threshold: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether 0, and whether NaN, goes left: one rule instead of three missing types."""
    missing = (kind >> 2) & 3
    default_left = (kind & _DEFAULT_LEFT) > 0
    zero_left = np.where(missing == _MISSING_IS_ZERO, default_left, threshold >= 0)
    # Where NaN is not the missing value, LightGBM takes it for 0.
    nan_left = np.where(missing == _MISSING_IS_NAN, default_left, zero_left)
    return zero_left, nan_left


def _joined(parts: list[dict[str, NDArray[Any]]], n_features: int) -> Trees:
    n_words = np.cumsum([0, *(len(part["words"]) for part in parts)])
    for part, offset in zip(parts, n_words[:-1], strict=True):
        part["set_start"] = np.where(part["set_start"] >= 0, part["set_start"] + offset, -1)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Trees(
        n_features=n_features,
        node_start=np.cumsum([0, *(len(part["feature"]) for part in parts)]),
        leaf_start=np.cumsum([0, *(len(part["leaf_value"]) for part in parts)]),
        **joined,
    )
