"""Parse LightGBM's text model into flat arrays, and validate everything that kernels rely on.

LightGBM's own parser crashes on a damaged text. This one must refuse it, because the kernels that
walk through the arrays do not check bounds. The format is that of `Tree::ToString` (LightGBM,
src/io/tree.cpp), the meaning of a decision that of `Tree::Decision` (include/LightGBM/tree.h).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.flat_trees import FlatTrees
from app.domain.errors import BundleRefused

_CATEGORICAL, _DEFAULT_LEFT = 1, 2  # bits of decision_type; bits 2 and 3 are the missing type
_MISSING_IS_ZERO, _MISSING_IS_NAN = 1, 2
_MAX_WORDS_PER_SET: Final = 1 << 16  # 2 million categories
_SPLIT_FIELDS: Final = (
    "split_feature",
    "threshold",
    "decision_type",
    "left_child",
    "right_child",
    "internal_count",
)
_END: Final = "\nend of trees"


def parse_trees(text: str, *, n_features: int, source: str = "booster.txt") -> FlatTrees:
    """Return the trees of LightGBM's text model `text`; `source` names it in messages.

    Raises
    ------
    BundleRefused
        If the text is damaged, was trained on another number of features, or has several classes,
        averaged output (a random forest) or linear trees.
    """
    header, *sections = text.split(_END, 1)[0].split("\nTree=")
    _validate_header(header, n_features, source)
    if _END not in text or not sections:
        raise BundleRefused(f"{source} is cut off: it has no trees, or they do not end")
    trees = [
        _TreeParser(f"{source}, tree {i}", _fields(section), n_features).arrays()
        for i, section in enumerate(sections)
    ]
    return _joined(trees, n_features)


def _validate_header(header: str, n_features: int, source: str) -> None:
    lines = header.splitlines()
    fields = dict(line.partition("=")[::2] for line in lines)
    if not lines or lines[0] != "tree" or fields.get("version") != "v4":
        raise BundleRefused(f"{source} is not a LightGBM text model of version v4")
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


class _TreeParser:
    """Parses and validates one tree; `where` names it in messages."""

    def __init__(self, where: str, fields: Mapping[str, str], n_features: int) -> None:
        self.where = where
        self.fields = fields
        self.n_features = n_features
        self.n_leaves = int(self._numbers("num_leaves", 1, int)[0])
        self._require(self.n_leaves >= 1, "num_leaves must be at least 1")
        self._require(
            fields.get("is_linear", "0") == "0", "linear trees: train without linear_tree"
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return this tree's part of every array of `FlatTrees`."""
        splits = {name: self._numbers(name, self.n_leaves - 1, float) for name in _SPLIT_FIELDS}
        kind = splits["decision_type"].astype(np.int64)
        categorical = (kind & _CATEGORICAL) > 0
        set_start, set_size, words = self._category_sets(categorical, splits["threshold"])
        threshold = np.where(categorical, 0.0, splits["threshold"])
        zero_left, nan_left = _zero_and_nan_left(kind, threshold)
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
        self._validate_values(arrays)
        self._validate_shape(arrays["left"].tolist(), arrays["right"].tolist())
        return arrays

    def _numbers(self, name: str, n: int, of: Callable[[str], float]) -> NDArray[np.float64]:
        try:
            numbers = np.array([of(word) for word in self.fields.get(name, "").split()], float)
        except (ValueError, OverflowError) as error:
            raise BundleRefused(f"{self.where}: {name}: {error}") from error
        self._require(len(numbers) == n, f"{name} needs {n} numbers, got {len(numbers)}")
        # A threshold may be infinite: it separates missing values from all others.
        bad = np.isnan(numbers) if name == "threshold" else ~np.isfinite(numbers)
        self._require(not bad.any(), f"{name} must be finite")
        return numbers

    def _leaf_counts(self) -> NDArray[np.float64]:
        if self.n_leaves == 1:  # LightGBM does not always write it, and nothing needs it
            return np.ones(1)
        return self._numbers("leaf_count", self.n_leaves, float)

    def _category_sets(
        self, categorical: NDArray[np.bool_], threshold: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
        """Return where each node's set starts in the words (-1 = none), its size, and the words.

        At a categorical node `threshold` is the number of the set.
        """
        set_start = np.full(len(categorical), -1)
        set_size = np.zeros(len(categorical), dtype=np.int64)
        n_sets = int(self._numbers("num_cat", 1, int)[0])
        if n_sets == 0:
            self._require(not categorical.any(), "a categorical split without num_cat")
            return set_start, set_size, np.zeros(0, dtype=np.uint32)
        bounds, words = self._set_bounds_and_words(n_sets)
        number = threshold[categorical]
        self._require(bool(((number >= 0) & (number < n_sets)).all()), "threshold names no set")
        number = number.astype(np.int64)
        set_start[categorical] = bounds[number]
        set_size[categorical] = np.diff(bounds)[number]
        return set_start, set_size, words

    def _set_bounds_and_words(self, n_sets: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        self._require(0 <= n_sets < self.n_leaves, "num_cat must be less than num_leaves")
        bounds = self._numbers("cat_boundaries", n_sets + 1, int).astype(np.int64)
        sizes = np.diff(bounds)
        ascending = bounds[0] == 0 and bool((sizes > 0).all())
        self._require(ascending, "cat_boundaries must ascend from 0")
        self._require(bool((sizes < _MAX_WORDS_PER_SET).all()), "a set of too many categories")
        words = self._numbers("cat_threshold", int(bounds[-1]), int)
        fits = bool(((words >= 0) & (words < 2**32)).all())
        self._require(fits, "cat_threshold must hold numbers of 32 bits")
        return bounds, words.astype(np.uint32)

    def _validate_values(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        feature = arrays["feature"]
        self._require(
            bool(((feature >= 0) & (feature < self.n_features)).all()),
            f"split_feature must lie in 0 to {self.n_features - 1}",
        )
        self._require(bool((arrays["node_count"] > 0).all()), "internal_count must be above 0")
        self._require(bool((arrays["leaf_count"] >= 0).all()), "leaf_count must not be below 0")

    def _validate_shape(self, left: list[int], right: list[int]) -> None:
        """Every node and leaf must hang below the root exactly once: no loops, nothing dangling."""
        if self.n_leaves == 1:
            return
        missing = set(range(-self.n_leaves, self.n_leaves - 1))
        todo = [0]
        while todo:
            node = todo.pop()
            self._require(node in missing, f"child {node} does not exist or has two parents")
            missing.remove(node)
            if node >= 0:
                todo += [left[node], right[node]]
        self._require(not missing, "some nodes have no parent")

    def _require(self, claim: bool, message: str) -> None:  # noqa: FBT001 - what must hold
        if not claim:
            raise BundleRefused(f"{self.where}: {message}")


def _zero_and_nan_left(
    kind: NDArray[np.int64], threshold: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return whether 0, and whether NaN, goes left: two rules that cover all missing types."""
    missing_type = (kind >> 2) & 3
    default_left = (kind & _DEFAULT_LEFT) > 0
    zero_left = np.where(missing_type == _MISSING_IS_ZERO, default_left, threshold >= 0)
    # Where NaN is not the missing value, LightGBM takes it for 0.
    nan_left = np.where(missing_type == _MISSING_IS_NAN, default_left, zero_left)
    return zero_left, nan_left


def _joined(trees: list[dict[str, NDArray[Any]]], n_features: int) -> FlatTrees:
    """Return the arrays of all trees one after the other, with `set_start` in the joined words."""
    first_word = np.cumsum([0, *(len(tree["words"]) for tree in trees)])
    for tree, offset in zip(trees, first_word[:-1], strict=True):
        tree["set_start"] = np.where(tree["set_start"] >= 0, tree["set_start"] + offset, -1)
    joined = {name: np.concatenate([tree[name] for tree in trees]) for name in trees[0]}
    return FlatTrees(
        n_features=n_features,
        node_start=np.cumsum([0, *(len(tree["feature"]) for tree in trees)]),
        leaf_start=np.cumsum([0, *(len(tree["leaf_value"]) for tree in trees)]),
        **joined,
    )
