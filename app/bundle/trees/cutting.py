"""Cut trees into blocks of few predicates; see `app.bundle.trees.blocks`."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.trees.blocks import Block, BlockLeaves, Blocks, LeafPart, Predicate, lay_out
from app.bundle.trees.flat_trees import FlatTrees

# A table then has at most 80 KB. With 9, explaining trees of 31 leaves took 1.3 times as long.
MAX_PREDICATES: Final = 10

_NO_WORDS: Final = np.zeros(0, dtype=np.uint32)

Step = tuple[int, bool]  # a node of the tree, and whether the path goes left there
Path = tuple[Step, ...]


def cut_into_blocks(
    trees: FlatTrees, *, max_predicates: int = MAX_PREDICATES
) -> tuple[Blocks, BlockLeaves]:
    """Return the blocks of all trees, in the order of the trees, and the leaves in them."""
    blocks: list[Block] = []
    for tree in range(len(trees.node_start) - 1):
        is_leaf = trees.node_start[tree + 1] == trees.node_start[tree]
        blocks.extend(_Cutter(trees, tree, max_predicates).blocks(-1 if is_leaf else 0, ()))
    return lay_out(blocks)


class _Cutter:
    """Cuts one tree; nodes and leaves are numbered within the tree, as in `FlatTrees`."""

    def __init__(self, trees: FlatTrees, tree: int, max_predicates: int) -> None:
        nodes = slice(trees.node_start[tree], trees.node_start[tree + 1])
        leaves = slice(trees.leaf_start[tree], trees.leaf_start[tree + 1])
        self.max_predicates = max_predicates
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

    def blocks(self, root: int, path: Path) -> Iterator[Block]:
        """Yield the blocks of the subtree at `root`, to which `path` leads."""
        below = [] if root < 0 else self._nodes_below(root)
        n_predicates = len({self.feature[node] for node, _ in path}) + len(below)
        if root < 0 or n_predicates <= self.max_predicates:
            yield self._block(root, path, below, has_table=n_predicates <= self.max_predicates)
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

    def _block(self, root: int, path: Path, below: list[int], *, has_table: bool) -> Block:
        on_path = self._by_feature(path)
        predicates = [self._predicate(steps) for steps in on_path.values()]
        predicates += [self._predicate([(node, True)]) for node in below]
        features = list(dict.fromkeys(predicate.feature for predicate in predicates))
        # Without a table nobody reads the bits, and there may be more than fit into a number.
        one = 1 if has_table else 0
        bit_of_feature = {feature: one << i for i, feature in enumerate(on_path)}
        bit_of_node = {node: 1 << (len(on_path) + i) for i, node in enumerate(below)}
        leaf_values, leaf_parts = [], []
        for leaf, steps in self._leaves_below(root, ()):
            passed = self._by_feature((*path, *steps))
            leaf_values.append(self.leaf_value[leaf])
            leaf_parts.append([
                self._part(
                    features.index(feature), own, bit_of_feature.get(feature, 0), bit_of_node
                )
                for feature, own in passed.items()
            ])
        return Block(predicates, features, leaf_values, leaf_parts, has_table)

    def _by_feature(self, steps: Iterable[Step]) -> dict[int, list[Step]]:
        grouped: dict[int, list[Step]] = {}
        for node, goes_left in steps:
            grouped.setdefault(self.feature[node], []).append((node, goes_left))
        return grouped

    def _leaves_below(self, root: int, steps: Path) -> Iterator[tuple[int, Path]]:
        if root < 0:
            yield -1 - root, steps
            return
        yield from self._leaves_below(self.left[root], (*steps, (root, True)))
        yield from self._leaves_below(self.right[root], (*steps, (root, False)))

    def _part(
        self, slot: int, steps: Sequence[Step], bit_on_path: int, bit_of_node: dict[int, int]
    ) -> LeafPart:
        """Return what the feature that all `steps` ask for means to the leaf they lead to."""
        inside = [(bit_of_node.get(node, 0), goes_left) for node, goes_left in steps]
        return LeafPart(
            slot=slot,
            share=self._share(steps),
            bits=bit_on_path | sum(bit for bit, _ in inside),
            wanted=bit_on_path | sum(bit for bit, goes_left in inside if goes_left),
        )

    def _share(self, steps: Iterable[Step]) -> float:
        """Return the share of training rows that pass all `steps`, as the product of ratios."""
        share = 1.0
        for node, goes_left in steps:
            child = self.left[node] if goes_left else self.right[node]
            count = self.node_count[child] if child >= 0 else self.leaf_count[-1 - child]
            share *= count / self.node_count[node]
        return share

    def _predicate(self, steps: Sequence[Step]) -> Predicate:
        """Return the predicate that holds for the rows that pass all `steps`, of one feature."""
        categorical = self.set_start[steps[0][0]] >= 0
        lefts = [node for node, goes_left in steps if goes_left]
        rights = [node for node, goes_left in steps if not goes_left]
        return Predicate(
            feature=self.feature[steps[0][0]],
            low=max((self.threshold[node] for node in rights), default=np.nan),
            high=min((self.threshold[node] for node in lefts), default=np.inf),
            nan_holds=all(self.nan_left[node] == goes_left for node, goes_left in steps),
            zero_holds=all(self.zero_left[node] == goes_left for node, goes_left in steps),
            words=self._categories(lefts, rights) if categorical else _NO_WORDS,
        )

    def _categories(self, lefts: Sequence[int], rights: Sequence[int]) -> NDArray[np.uint32]:
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
