"""Find the rows that repeat an event_id of the log.

A hash table of all ids of a long log would not fit into memory. The ids are therefore divided into
buckets by their hashes, and duplicates are looked for in one bucket at a time.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.features.arrays import Positions
from app.features.numbering import Hashes, Slots, free_slots, is_free, slot_of
from app.files import text_hashes
from app.files.spill import SpillableArray, SpillFile, load

_IDS_PER_BUCKET: Final = 32_768  # their hash table fits into a second-level cache
_MAX_BUCKETS: Final = 1_024  # 250 million ids: 4 MB of each


class HashedIds(NamedTuple):
    """The hashed ids of a batch, bucket after bucket, and within a bucket in the order of the rows.

    Two ids with the same 64-bit hash count as one id. With 250 million ids, this happens in one of
    six hundred logs.

    Attributes
    ----------
    hashes, rows
        The hash of each id, and its row in the batch.
    starts
        Bucket b has the ids ``starts[b]:starts[b + 1]``.
    """

    hashes: SpillableArray
    rows: SpillableArray
    starts: Positions

    def spilled(self, file: SpillFile) -> "HashedIds":
        """Return the ids after moving them to a file."""
        return HashedIds(file.append(self.hashes), file.append(self.rows), self.starts)


def n_buckets_for(n_ids: int) -> int:
    """Return the number of buckets for `n_ids` ids."""
    return min(n_ids // _IDS_PER_BUCKET, _MAX_BUCKETS - 1) + 1


def hash_event_ids(event_ids: pl.Series, n_buckets: int) -> HashedIds:
    """Return the ids of a batch in buckets; null = no id."""
    whole = text_hashes.hash_texts(event_ids)
    hashes, rows = np.empty(len(whole), np.int64), np.empty(len(whole), np.int32)
    starts = np.zeros(n_buckets + 1, np.int64)
    _fill_buckets(whole, text_hashes.hash_of_null(), hashes, rows, starts)
    return HashedIds(hashes[: starts[-1]], rows[: starts[-1]], starts)


def find_duplicates(
    batches: Sequence[HashedIds], threads: Executor
) -> dict[int, NDArray[np.int32]]:
    """Return the rows whose id occurs in an earlier row of the log.

    The keys are the positions of the batches that have such rows; the rows are ascending.
    """
    if not batches:
        return {}
    n_buckets = len(batches[0].starts) - 1
    by_batch: dict[int, list[NDArray[np.int32]]] = {}
    for found in threads.map(partial(_find_in_bucket, batches), range(n_buckets)):
        for batch, rows in found.items():
            by_batch.setdefault(batch, []).append(rows)
    return {batch: np.sort(np.concatenate(rows)) for batch, rows in by_batch.items()}


def _find_in_bucket(batches: Sequence[HashedIds], bucket: int) -> dict[int, NDArray[np.int32]]:
    slices = [slice(ids.starts[bucket], ids.starts[bucket + 1]) for ids in batches]
    hashes = [load(ids.hashes[at]) for ids, at in zip(batches, slices, strict=True)]
    duplicates = _positions_of_duplicates(np.concatenate(hashes))
    if not len(duplicates):  # the usual case: the rows need not be loaded
        return {}
    ends = np.cumsum([len(part) for part in hashes])
    batch_of = np.searchsorted(ends, duplicates, side="right")
    found = {}
    for batch in np.unique(batch_of):
        positions = duplicates[batch_of == batch] - (ends[batch] - len(hashes[batch]))
        found[int(batch)] = load(batches[batch].rows[slices[batch]])[positions]
    return found


def _positions_of_duplicates(hashes: Hashes) -> Positions:
    """Return the positions of hashes that occur at an earlier position too."""
    slots = free_slots(1 << (2 * len(hashes)).bit_length())
    positions, n = np.empty(len(hashes), np.int64), np.zeros(1, np.int64)
    _find_positions(hashes, slots, positions, n)
    return positions[: n[0]]


@entry
def _fill_buckets(
    whole: Hashes,
    null: int,
    hashes: Hashes,
    rows: NDArray[np.int32],
    starts: Positions,
) -> None:
    """Write each id to its bucket (a counting sort); `starts` must be zeros at the beginning."""
    n_buckets = len(starts) - 1
    for wanted in whole:
        if wanted != null:
            starts[_bucket_of(wanted, n_buckets) + 1] += 1
    for bucket in range(n_buckets):
        starts[bucket + 1] += starts[bucket]
    for i in range(len(whole)):
        if whole[i] != null:
            bucket = _bucket_of(whole[i], n_buckets)
            hashes[starts[bucket]], rows[starts[bucket]] = whole[i], i
            starts[bucket] += 1
    for bucket in range(n_buckets, 0, -1):  # each start has moved to the end of its bucket
        starts[bucket] = starts[bucket - 1]
    starts[0] = 0


@part
def _bucket_of(wanted: int, n_buckets: int) -> int:
    return (((wanted >> 32) & 0x7FFFFFFF) * n_buckets) >> 31


@entry
def _find_positions(hashes: Hashes, slots: Slots, positions: Positions, n: Positions) -> None:
    for i in range(len(hashes)):
        slot = slot_of(hashes[i], slots)
        if is_free(slots, slot):
            slots[slot, 0], slots[slot, 1] = hashes[i], i
        else:
            positions[n[0]] = i
            n[0] += 1
