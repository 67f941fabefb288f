"""Blocks of trees as arrays: small enough to have a table of all their contributions.

A block is a subtree together with the path to it. What a row does in a block depends on a few
yes/no questions about its features: the block's *predicates*. There is one for each feature on the
path to the subtree, and one for each node inside it. So the contributions of the block's leaves are
a function of a few bits, and fit into a table. A subtree with too many predicates is cut at its
root. A single leaf that still has too many gets no table: its contributions are computed anew for
each row.

For a block of one leaf this is the table of Fast TreeSHAP v2 (J. Yang, 2021, arXiv 2109.09847),
over all subsets of the features on a path. For a block of a whole tree it is the table over
"decision patterns" of WOODELF (A. Nadel, R. Wettenstein, 2025, arXiv 2511.09376).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# The fields are as narrow as possible, because a single row reads every record once.
_PREDICATE: Final = np.dtype([
    ("low", np.float64),
    ("high", np.float64),
    ("feature", np.int32),
    ("set_start", np.int32),
    ("set_size", np.int32),
    ("nan_holds", np.int16),
    ("zero_holds", np.int16),
])
_BLOCK: Final = np.dtype([
    ("table_start", np.int64),
    ("predicate_start", np.int32),
    ("slot_start", np.int32),
    ("n_predicates", np.int32),
    ("n_slots", np.int32),
    ("has_table", np.int64),
])


class Blocks(NamedTuple):
    """The blocks of a booster, one after the other. Kernels take named tuples.

    A block has `n_predicates` records of `predicates` from `predicate_start`, and `n_slots`
    features in `slot_feature` from `slot_start`. Its numbers begin at `table_start` of the table:

    - If it `has_table`, there is one row for every code. Bit `i` of a code says whether predicate
      `i` holds. A row has `n_slots` contributions, then the value of the leaf that is reached, or 0
      if that leaf is in another block.
    - Otherwise the block is a single leaf. Its numbers are the share of each of its features, whose
      predicates are in the same order, then its value.

    A predicate holds for the value `x` of `feature`

    - if `x` is missing (NaN): where `nan_holds`;
    - if `x` is 0: where `zero_holds`;
    - otherwise: if ``x <= high`` and not ``x <= low`` (`low` is NaN where there is no bound).

    A categorical predicate (``set_size > 0``) holds if `x` is in the set of `words`; where `x` is
    not a category that the set could hold, if `nan_holds`.
    """

    blocks: NDArray[np.void]  # records of _BLOCK
    predicates: NDArray[np.void]  # records of _PREDICATE
    slot_feature: NDArray[np.int64]
    words: NDArray[np.uint32]


class BlockLeaves(NamedTuple):
    """The leaves of all blocks, from which the tables are computed.

    Block `b` has the leaves ``leaf_start[b]`` to ``leaf_start[b + 1]``. Leaf `l` has the features
    ``part_start[l]`` to ``part_start[l + 1]``: their slot in the block (`part_slot`), the share of
    the training rows that pass all nodes of that feature on the path (`part_share`), and the bits
    of the predicates with which a row passes them (``code & part_bits == part_wanted``).
    """

    leaf_start: NDArray[np.int64]
    leaf_value: NDArray[np.float64]
    part_start: NDArray[np.int64]
    part_slot: NDArray[np.int64]
    part_share: NDArray[np.float64]
    part_bits: NDArray[np.int64]
    part_wanted: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A yes/no question about one feature; the fields are those of `Blocks`."""

    feature: int
    low: float
    high: float
    nan_holds: bool
    zero_holds: bool
    words: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class LeafPart:
    """What one feature means to one leaf; the fields are those of `BlockLeaves`."""

    slot: int
    share: float
    bits: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Block:
    """One block before it is laid out in arrays."""

    predicates: Sequence[Predicate]
    features: Sequence[int]
    leaf_values: Sequence[float]
    leaf_parts: Sequence[Sequence[LeafPart]]
    has_table: bool


def lay_out(blocks: Sequence[Block]) -> tuple[Blocks, BlockLeaves]:
    """Return the blocks and their leaves as arrays."""
    predicates = [predicate for block in blocks for predicate in block.predicates]
    no_words = np.zeros(0, dtype=np.uint32)
    laid_out = Blocks(
        blocks=_block_records(blocks),
        predicates=_predicate_records(predicates),
        slot_feature=_integers(feature for block in blocks for feature in block.features),
        words=np.concatenate([no_words, *(predicate.words for predicate in predicates)]),
    )
    return laid_out, _leaves(blocks)


def _block_records(blocks: Sequence[Block]) -> NDArray[np.void]:
    records = np.zeros(len(blocks), dtype=_BLOCK)
    records["n_predicates"] = [len(block.predicates) for block in blocks]
    records["n_slots"] = [len(block.features) for block in blocks]
    records["has_table"] = [block.has_table for block in blocks]
    sizes = [
        (len(block.features) + 1) << (len(block.predicates) if block.has_table else 0)
        for block in blocks
    ]
    records["predicate_start"] = _starts(records["n_predicates"])[:-1]
    records["slot_start"] = _starts(records["n_slots"])[:-1]
    records["table_start"] = _starts(sizes)[:-1]
    return records


def _predicate_records(predicates: Sequence[Predicate]) -> NDArray[np.void]:
    records = np.zeros(len(predicates), dtype=_PREDICATE)
    for name in ("feature", "low", "high", "nan_holds", "zero_holds"):
        records[name] = [getattr(predicate, name) for predicate in predicates]
    records["set_size"] = [len(predicate.words) for predicate in predicates]
    records["set_start"] = np.cumsum(records["set_size"]) - records["set_size"]
    return records


def _leaves(blocks: Sequence[Block]) -> BlockLeaves:
    leaf_parts = [parts for block in blocks for parts in block.leaf_parts]
    parts = [part for of_leaf in leaf_parts for part in of_leaf]
    return BlockLeaves(
        leaf_start=_starts(len(block.leaf_values) for block in blocks),
        leaf_value=np.array([value for block in blocks for value in block.leaf_values]),
        part_start=_starts(len(of_leaf) for of_leaf in leaf_parts),
        part_slot=_integers(part.slot for part in parts),
        part_share=np.array([part.share for part in parts]),
        part_bits=_integers(part.bits for part in parts),
        part_wanted=_integers(part.wanted for part in parts),
    )


def _starts(sizes: Iterable[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *sizes], dtype=np.int64)


def _integers(numbers: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(numbers, dtype=np.int64)
