"""Which rows of a log repeat an event_id, when the ids are too many for one table in memory."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.features.arrays import Positions
from app.features.numbering import Hashes, Slots, free_slots, is_free, slot_of
from app.files import customer_codes
from app.files.spill import Rows, loaded

_IDS_PER_BUCKET: Final = 32_768  # a table of them fits a second-level cache
_MAX_BUCKETS: Final = 1_024  # 250 million ids: 4 MB of each


class HashedIds(NamedTuple):
    """The ids of a batch by their 64-bit hashes, bucket after bucket, within each by row.

    Two ids with one hash would be taken for one: of 250 million ids that happens to any two in one
    of six hundred logs.
    """

    hashes: Rows
    rows: Rows
    starts: Positions


def n_buckets_for(n_ids: int) -> int:
    """Return into how many buckets so many ids are to be put."""
    return min(n_ids // _IDS_PER_BUCKET, _MAX_BUCKETS - 1) + 1


def hashed(event_ids: pl.Series, n_buckets: int) -> HashedIds:
    """Return the ids of a batch (null = none), in buckets."""
    whole = customer_codes.hashes(event_ids)
    nothing = int(customer_codes.hashes(pl.Series([None], dtype=pl.String))[0])
    hashes, rows = np.empty(len(whole), np.int64), np.empty(len(whole), np.int32)
    starts = np.zeros(n_buckets + 1, np.int64)
    _fill_buckets(whole, nothing, hashes, rows, starts)
    return HashedIds(hashes[: starts[-1]], rows[: starts[-1]], starts)


def repeated_rows(batches: Sequence[HashedIds], threads: Executor) -> dict[int, NDArray[np.int32]]:
    """Return the rows whose id an earlier row of the log has: ascending, by the batch's place."""
    if not batches:
        return {}
    found = threads.map(_in_bucket(batches), range(len(batches[0].starts) - 1))
    by_batch: dict[int, list[NDArray[np.int32]]] = {}
    for bucket in found:
        for batch, rows in bucket.items():
            by_batch.setdefault(batch, []).append(rows)
    return {batch: np.sort(np.concatenate(rows)) for batch, rows in by_batch.items()}


def _in_bucket(
    batches: Sequence[HashedIds],
) -> Callable[[int], dict[int, NDArray[np.int32]]]:
    def find(bucket: int) -> dict[int, NDArray[np.int32]]:
        mine = [slice(ids.starts[bucket], ids.starts[bucket + 1]) for ids in batches]
        parts = [loaded(ids.hashes[at]) for ids, at in zip(batches, mine, strict=True)]
        repeated = _repeated(np.concatenate(parts))
        if not len(repeated):  # the usual case: no need to know whose rows they are
            return {}
        ends = np.cumsum([len(part) for part in parts])
        batch_of = np.searchsorted(ends, repeated, side="right")
        return {
            int(batch): loaded(batches[batch].rows[mine[batch]])[
                repeated[batch_of == batch] - (ends[batch] - len(parts[batch]))
            ]
            for batch in np.unique(batch_of)
        }

    return find


def _repeated(hashes: Hashes) -> Positions:
    """Return the positions of hashes that stand further left too."""
    slots = free_slots(1 << (2 * len(hashes)).bit_length())
    positions, n = np.empty(len(hashes), np.int64), np.zeros(1, np.int64)
    _find_repeated(hashes, slots, positions, n)
    return positions[: n[0]]


@entry
def _fill_buckets(
    whole: Hashes,
    nothing: int,
    hashes: Hashes,
    rows: NDArray[np.int32],
    starts: Positions,
) -> None:
    n_buckets = len(starts) - 1
    for wanted in whole:
        if wanted != nothing:
            starts[_bucket_of(wanted, n_buckets) + 1] += 1
    for bucket in range(n_buckets):
        starts[bucket + 1] += starts[bucket]
    for i in range(len(whole)):
        if whole[i] != nothing:
            bucket = _bucket_of(whole[i], n_buckets)
            hashes[starts[bucket]], rows[starts[bucket]] = whole[i], i
            starts[bucket] += 1
    for bucket in range(n_buckets, 0, -1):  # placing moved each start to its bucket's end
        starts[bucket] = starts[bucket - 1]
    starts[0] = 0


@part
def _bucket_of(wanted: int, n_buckets: int) -> int:
    return (((wanted >> 32) & 0x7FFFFFFF) * n_buckets) >> 31


@entry
def _find_repeated(hashes: Hashes, slots: Slots, positions: Positions, n: Positions) -> None:
    for i in range(len(hashes)):
        slot = slot_of(hashes[i], slots)
        if is_free(slots, slot):
            slots[slot, 0], slots[slot, 1] = hashes[i], i
        else:
            positions[n[0]] = i
            n[0] += 1
