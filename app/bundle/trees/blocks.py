"""Cut trees into blocks small enough to have a table of all their contributions.

A block is a subtree together with the path to it. Whatever a row does in a block is decided by a
few yes/no questions (its *conditions*): one per feature on the path to the subtree, and one per
node inside it. So the contributions of the block's leaves are a function of at most
`MAX_CONDITIONS` bits, and fit in a table. A subtree that needs more is cut at its root; a single
leaf that still needs more has no table, and its contributions are computed for each row.

For a block of one leaf this is the table of Fast TreeSHAP v2 (J. Yang, 2021, arXiv 2109.09847,
over all subsets of the features on a path); for one of a whole tree it is the table
over "decision patterns" of WOODELF (A. Nadel, R. Wettenstein, 2025, arXiv 2511.09376).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.parsing import Trees

MAX_CONDITIONS: Final = (
    10  # a table has at most 80 KB; with 9, 31-leaf trees took 1.3 times as long
)

_NO_WORDS: Final = np.zeros(0, dtype=np.uint32)
# Records, narrow on purpose: a single row reads all of them once, so their size is its price.
_CONDITION: Final = np.dtype([
    ("low", np.float64),
    ("high", np.float64),
    ("feature", np.int32),
    ("set_start", np.int32),
    ("set_size", np.int32),
    ("nan_meets", np.int16),
    ("zero_meets", np.int16),
])
_BLOCK: Final = np.dtype([
    ("table_start", np.int64),
    ("condition_start", np.int32),
    ("slot_start", np.int32),
    ("n_conditions", np.int32),
    ("n_slots", np.int32),
    ("has_table", np.int64),
])

Step = tuple[int, bool]  # a node of the tree and whether the path goes left there


class Blocks(NamedTuple):
    """All blocks of a booster, one after the other; a named tuple for Numba, as `Trees`.

    A block has `n_conditions` records of `conditions` from `condition_start`, and `n_slots`
    features in `slot_feature` from `slot_start`. Its numbers begin at `table_start` of the table:
    where it `has_table`, one row for every code (bit `i` = condition `i` is met): `n_slots`
    contributions, then the value of the leaf that is reached, 0 if that is in another block. Else
    the block is one leaf, with the share of each of its features, whose conditions are in the same
    order, then its value.

    A row meets a condition if its value `x` of `feature` is missing and `nan_meets`, is 0 and
    `zero_meets`, or else if ``x <= high`` and not ``x <= low`` (`low` is NaN where unbounded). A
    categorical condition (``set_size > 0``) is met if `x` is in the set of `words`, or if it is
    no category that the set could hold and `nan_meets`.
    """

    blocks: NDArray[np.void]  # records of _BLOCK
    conditions: NDArray[np.void]  # records of _CONDITION
    slot_feature: NDArray[np.int64]
    words: NDArray[np.uint32]


class Leaves(NamedTuple):
    """The leaves of all blocks, from which the tables are computed.

    Block `b` has the leaves ``leaf_start[b]`` to ``leaf_start[b + 1]``, and leaf `l` the features
    ``part_start[l]`` to ``part_start[l + 1]``: their slot in the block (`part_slot`), the share of
    the training rows that pass all nodes of that feature on the path (`part_share`), and the bits
    of the conditions that a row passes them with (``code & part_bits == part_want``).
    """

    leaf_start: NDArray[np.int64]
    leaf_value: NDArray[np.float64]
    part_start: NDArray[np.int64]
    part_slot: NDArray[np.int64]
    part_share: NDArray[np.float64]
    part_bits: NDArray[np.int64]
    part_want: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Condition:
    """One yes/no question about one feature; the fields are those of `Blocks`."""

    feature: int
    low: float
    high: float
    nan_meets: bool
    zero_meets: bool
    words: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one feature is to one leaf."""

    slot: int
    share: float
    bits: int
    want: int


@dataclass(frozen=True, slots=True)
class _Block:
    """One block before it is laid out in arrays."""

    conditions: Sequence[_Condition]
    features: Sequence[int]
    leaf_values: Sequence[float]
    leaf_parts: Sequence[Sequence[_Part]]
    has_table: bool


def cut_into_blocks(trees: Trees, *, max_conditions: int = MAX_CONDITIONS) -> tuple[Blocks, Leaves]:
    """Return the blocks of all trees, in the order of the trees, and the leaves in them."""
    blocks: list[_Block] = []
    for tree in range(len(trees.node_start) - 1):
        is_leaf = trees.node_start[tree + 1] == trees.node_start[tree]
        blocks.extend(_Cutter(trees, tree, max_conditions).blocks(-1 if is_leaf else 0, ()))
    return _laid_out(blocks)


class _Cutter:
    """Cuts one tree; node and leaf numbers are those within the tree, as in `Trees`."""

    def __init__(self, trees: Trees, tree: int, max_conditions: int) -> None:
        nodes = slice(trees.node_start[tree], trees.node_start[tree + 1])
        leaves = slice(trees.leaf_start[tree], trees.leaf_start[tree + 1])
        self.max_conditions = max_conditions
        self.feature: list[int] = trees.feature[nodes].tolist()
        self.threshold: list[float] = trees.threshold[nodes].tolist()
        self.nan_left: list[bool] = trees.nan_left[nodes].tolist()
        self.zero_left: list[bool] = trees.zero_left[nodes].tolist()
        self.left: list[int] = trees.left[nodes].tolist()
        self.right: list[int] = trees.right[nodes].tolist()
        self.set_start: list[int] = trees.set_start[nodes].tolist()
        self.set_size: list[int] = trees.set_size[nodes].tolist()
        self.words = trees.words
        self.node_count: list[float] = trees.node_count[nodes].tolist()
        self.leaf_count: list[float] = trees.leaf_count[leaves].tolist()
        self.leaf_value: list[float] = trees.leaf_value[leaves].tolist()

    def blocks(self, root: int, path: tuple[Step, ...]) -> Iterator[_Block]:
        """Yield the blocks of the subtree at `root`, to which `path` leads."""
        below = [] if root < 0 else self._nodes_below(root)
        n_conditions = len({self.feature[node] for node, _ in path}) + len(below)
        if root < 0 or n_conditions <= self.max_conditions:
            yield self._block(root, path, below, has_table=n_conditions <= self.max_conditions)
            return
        yield from self.blocks(self.left[root], (*path, (root, True)))
        yield from self.blocks(self.right[root], (*path, (root, False)))

    def _nodes_below(self, root: int) -> list[int]:
        found, todo = [], [root]
        while todo:
            node = todo.pop()
            if node >= 0:
                found.append(node)
                todo += [self.left[node], self.right[node]]
        return found

    def _block(
        self, root: int, path: tuple[Step, ...], below: list[int], *, has_table: bool
    ) -> _Block:
        by_feature = self._by_feature(path)
        conditions = [self._condition(steps) for steps in by_feature.values()]
        conditions += [self._condition([(node, True)]) for node in below]
        features = list(dict.fromkeys(condition.feature for condition in conditions))
        # Without a table nobody reads bits, and there may be more than fit in a number.
        one = 1 if has_table else 0
        bit_of_feature = {feature: one << i for i, feature in enumerate(by_feature)}
        bit_of_node = {node: 1 << (len(by_feature) + i) for i, node in enumerate(below)}
        leaf_values, leaf_parts = [], []
        for leaf, steps in self._leaves_below(root, ()):
            whole = self._by_feature((*path, *steps))
            parts = [
                _Part(
                    slot=features.index(feature),
                    share=self._share(passed),
                    bits=bit_of_feature.get(feature, 0)
                    | sum(bit_of_node.get(node, 0) for node, _ in passed),
                    want=bit_of_feature.get(feature, 0)
                    | sum(bit_of_node.get(node, 0) for node, left in passed if left),
                )
                for feature, passed in whole.items()
            ]
            leaf_values.append(self.leaf_value[leaf])
            leaf_parts.append(parts)
        return _Block(conditions, features, leaf_values, leaf_parts, has_table)

    def _by_feature(self, steps: Iterable[Step]) -> dict[int, list[Step]]:
        grouped: dict[int, list[Step]] = {}
        for node, goes_left in steps:
            grouped.setdefault(self.feature[node], []).append((node, goes_left))
        return grouped

    def _leaves_below(
        self, root: int, steps: tuple[Step, ...]
    ) -> Iterator[tuple[int, tuple[Step, ...]]]:
        if root < 0:
            yield -1 - root, steps
            return
        yield from self._leaves_below(self.left[root], (*steps, (root, True)))
        yield from self._leaves_below(self.right[root], (*steps, (root, False)))

    def _share(self, steps: Iterable[Step]) -> float:
        """Return the share of rows that pass all `steps`, as the product of their ratios."""
        share = 1.0
        for node, goes_left in steps:
            child = self.left[node] if goes_left else self.right[node]
            count = self.node_count[child] if child >= 0 else self.leaf_count[-1 - child]
            share *= count / self.node_count[node]
        return share

    def _condition(self, steps: Sequence[Step]) -> _Condition:
        """Return the condition for passing all `steps`, which ask for one feature."""
        categorical = self.set_start[steps[0][0]] >= 0
        lefts = [node for node, goes_left in steps if goes_left]
        rights = [node for node, goes_left in steps if not goes_left]
        return _Condition(
            feature=self.feature[steps[0][0]],
            low=max((self.threshold[node] for node in rights), default=np.nan),
            high=min((self.threshold[node] for node in lefts), default=np.inf),
            nan_meets=all(self.nan_left[node] == goes_left for node, goes_left in steps),
            zero_meets=all(self.zero_left[node] == goes_left for node, goes_left in steps),
            words=self._set(lefts, rights) if categorical else _NO_WORDS,
        )

    def _set(self, lefts: Sequence[int], rights: Sequence[int]) -> NDArray[np.uint32]:
        """Return the words of the categories that go left at `lefts` and right at `rights`."""
        n_words = max(self.set_size[node] for node in (*lefts, *rights))
        words = np.full(n_words, 0xFFFFFFFF, dtype=np.uint32)
        for node in lefts:
            words &= self._padded(node, n_words)
        for node in rights:
            words &= ~self._padded(node, n_words)
        return words

    def _padded(self, node: int, n_words: int) -> NDArray[np.uint32]:
        padded = np.zeros(n_words, dtype=np.uint32)
        start, size = self.set_start[node], self.set_size[node]
        padded[:size] = self.words[start : start + size]
        return padded


def _laid_out(blocks: Sequence[_Block]) -> tuple[Blocks, Leaves]:
    conditions = [condition for block in blocks for condition in block.conditions]
    laid_out = Blocks(
        blocks=_block_records(blocks),
        conditions=_condition_records(conditions),
        slot_feature=_whole(feature for block in blocks for feature in block.features),
        words=np.concatenate([_NO_WORDS, *(condition.words for condition in conditions)]),
    )
    return laid_out, _leaves(blocks)


def _block_records(blocks: Sequence[_Block]) -> NDArray[np.void]:
    records = np.zeros(len(blocks), dtype=_BLOCK)
    records["n_conditions"] = [len(block.conditions) for block in blocks]
    records["n_slots"] = [len(block.features) for block in blocks]
    records["has_table"] = [block.has_table for block in blocks]
    sizes = [
        (len(block.features) + 1) << (len(block.conditions) if block.has_table else 0)
        for block in blocks
    ]
    records["condition_start"] = _starts(records["n_conditions"])[:-1]
    records["slot_start"] = _starts(records["n_slots"])[:-1]
    records["table_start"] = _starts(sizes)[:-1]
    return records


def _condition_records(conditions: Sequence[_Condition]) -> NDArray[np.void]:
    records = np.zeros(len(conditions), dtype=_CONDITION)
    for name in ("feature", "low", "high", "nan_meets", "zero_meets"):
        records[name] = [getattr(condition, name) for condition in conditions]
    records["set_size"] = [len(condition.words) for condition in conditions]
    records["set_start"] = np.cumsum(records["set_size"]) - records["set_size"]
    return records


def _leaves(blocks: Sequence[_Block]) -> Leaves:
    leaf_parts = [parts for block in blocks for parts in block.leaf_parts]
    parts = [part for of_leaf in leaf_parts for part in of_leaf]
    return Leaves(
        leaf_start=_starts(len(block.leaf_values) for block in blocks),
        leaf_value=np.array([value for block in blocks for value in block.leaf_values]),
        part_start=_starts(len(of_leaf) for of_leaf in leaf_parts),
        part_slot=_whole(part.slot for part in parts),
        part_share=np.array([part.share for part in parts]),
        part_bits=_whole(part.bits for part in parts),
        part_want=_whole(part.want for part in parts),
    )


def _starts(sizes: Iterable[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *sizes], dtype=np.int64)


def _whole(numbers: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(numbers, dtype=np.int64)
