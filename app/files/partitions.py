"""A log of any length, partitioned by customer, in memory as far as it is short.

The events of a customer may be anywhere in a log, but a log is read only once, chunk by chunk. Each
chunk becomes a batch of records that is sorted by partition; the hash of a customer's id decides
about the partition. A partition is then one slice of each batch, and small enough to become a
history of its own. Once a few million events are in memory, further batches are appended to a spill
file, so that memory does not grow with the log.
"""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from app.features.arrays import Positions
from app.features.history import History
from app.features.sorting import CODES, Records
from app.files import text_hashes
from app.files.duplicate_events import (
    HashedIds,
    find_duplicates,
    hash_event_ids,
    n_buckets_for,
)
from app.files.histories import history_of_records
from app.files.records import CUSTOMER, ROW_SHIFT, PackedEvents, pack_events, partition_numbers
from app.files.spill import SpillableArray, SpillFile, load

ROWS_IN_MEMORY: Final = 4_000_000  # about 350 MB
ROWS_PER_PARTITION: Final = 200_000  # about 50 MB during sorting and scoring
MAX_PARTITIONS: Final = 1_024


class _Utf8Texts(NamedTuple):
    """Texts one after the other as UTF-8; text i has the bytes ``starts[i]:starts[i + 1]``."""

    starts: SpillableArray
    data: SpillableArray

    def series(self) -> pl.Series:
        """Return the texts; `data` must begin with the first of them."""
        starts = load(self.starts)
        buffers = [None, pa.py_buffer(starts - starts[0]), pa.py_buffer(load(self.data))]
        array = pa.LargeStringArray.from_buffers(len(starts) - 1, buffers[1], buffers[2])
        return pl.Series(array)


@dataclass(frozen=True, slots=True)
class Batch:
    """A chunk of the log, sorted by partition, with its event ids in buckets."""

    events: PackedEvents
    event_ids: HashedIds


@dataclass(frozen=True, slots=True)
class _StoredBatch:
    """A batch in memory or in a file.

    Attributes
    ----------
    records, starts
        Partition p has the records ``starts[p]:starts[p + 1]``.
    ids, id_starts, id_bytes
        Customer ids; partition p has ``id_starts[p]:id_starts[p + 1]``, whose bytes are
        ``id_bytes[p]:id_bytes[p + 1]``.
    """

    records: SpillableArray
    starts: Positions
    ids: _Utf8Texts
    id_starts: Positions
    id_bytes: Positions

    def records_of(self, partition: int) -> SpillableArray:
        return self.records[self.starts[partition] : self.starts[partition + 1]]

    def ids_of(self, partition: int) -> _Utf8Texts:
        first, last = self.id_starts[partition], self.id_starts[partition + 1]
        data = self.ids.data[self.id_bytes[partition] : self.id_bytes[partition + 1]]
        return _Utf8Texts(self.ids.starts[first : last + 1], data)

    def spilled(self, file: SpillFile) -> "_StoredBatch":
        """Return the batch after moving its records and ids to a file."""
        ids = _Utf8Texts(file.append(self.ids.starts), file.append(self.ids.data))
        records = file.append(self.records)
        return _StoredBatch(records, self.starts, ids, self.id_starts, self.id_bytes)


@dataclass(frozen=True, slots=True)
class Partition:
    """All events and facts of some customers; each customer is in exactly one partition.

    Attributes
    ----------
    records, ids
        The slices of the batches that have events of this partition.
    duplicates
        For each of these batches the rows to leave out; None = no row.
    customers
        Good rows of the customer file, in memory or in files; empty if there are none.
    """

    records: tuple[SpillableArray, ...]
    ids: tuple[_Utf8Texts, ...]
    duplicates: tuple[NDArray[np.int32] | None, ...]
    customers: tuple["_CustomerSlice", ...]

    def history(self, *, currency: str | None) -> History:
        """Return the history of these customers, in bytewise order of the ids."""
        records = [
            _without_rows(load(batch), rows)
            for batch, rows in zip(self.records, self.duplicates, strict=True)
        ]
        customers = [rows.table() for rows in self.customers]
        return history_of_records(
            records,
            self._customer_ids(records),
            pl.concat(customers) if customers else None,
            currency=currency,
        )

    def _customer_ids(self, records: list[Records]) -> pl.Series:
        """Return the ids that occur in `records`: not those that had only duplicates."""
        ids = pl.concat([pl.Series(dtype=pl.String), *(texts.series() for texts in self.ids)])
        if all(rows is None for rows in self.duplicates):
            return ids
        hashes = np.concatenate([batch[:, CUSTOMER] for batch in records])
        return ids.filter(np.isin(text_hashes.hash_texts(ids), hashes))


class PartitionedLog:
    """Takes a log batch by batch, in the order of the file, and returns it by customer."""

    def __init__(
        self,
        folder: Path,
        n_rows: int,
        *,
        rows_in_memory: int = ROWS_IN_MEMORY,
        rows_per_partition: int = ROWS_PER_PARTITION,
    ) -> None:
        """Make an empty log.

        Parameters
        ----------
        folder
            An empty folder for spill files; the caller removes it.
        n_rows
            About how many events will come; only the number of partitions depends on it.
        rows_in_memory
            Events beyond this number are spilled.
        rows_per_partition
            About how many events a partition has.
        """
        self.n_partitions = min(n_rows // rows_per_partition, MAX_PARTITIONS - 1) + 1
        self.n_duplicates = 0
        self._n_buckets = n_buckets_for(n_rows)
        self._free_rows = rows_in_memory
        self._folder = folder
        self._spill = SpillFile(folder / "events")
        self._batches: list[_StoredBatch] = []
        self._event_ids: list[HashedIds] = []
        self._customers: list[_CustomerBatch] = []

    def pack(self, good: pl.DataFrame, *, currency: str | None) -> Batch:
        """Return good rows of `read_activity` as a batch for `add_events`; safe in any thread."""
        events = pack_events(good, currency=currency, n_partitions=self.n_partitions)
        return Batch(events, hash_event_ids(good["event_id"], self._n_buckets))

    def add_events(self, batch: Batch) -> None:
        """Add the next events of the log."""
        self._free_rows -= len(batch.events.records)
        stored, ids = _stored(batch.events), batch.event_ids
        if self._free_rows < 0:
            stored, ids = stored.spilled(self._spill), ids.spilled(self._spill)
        self._batches.append(stored)
        self._event_ids.append(ids)

    def add_customers(self, customers: pl.DataFrame) -> None:
        """Add good rows of a customer file."""
        numbers = partition_numbers(customers["customer_id"], self.n_partitions)
        order = np.argsort(numbers, kind="stable")
        starts = np.searchsorted(numbers[order], np.arange(self.n_partitions + 1))
        rows: pl.DataFrame | Path = customers[order]
        if self.n_partitions > 1:
            rows = self._folder / f"customers-{len(self._customers)}.arrow"
            customers[order].write_ipc(rows)
        self._customers.append(_CustomerBatch(rows, starts))

    def partitions(self, threads: Executor) -> Iterator[Partition]:
        """Yield the whole log by partition; nothing may be added afterwards."""
        duplicates = find_duplicates(self._event_ids, threads)
        self.n_duplicates = sum(map(len, duplicates.values()))
        self._event_ids = []
        for number in range(self.n_partitions):
            yield self._partition(number, duplicates)

    def _partition(self, number: int, duplicates: dict[int, NDArray[np.int32]]) -> Partition:
        batches = [n for n, batch in enumerate(self._batches) if _has_rows(batch.starts, number)]
        customers = [rows for rows in self._customers if _has_rows(rows.starts, number)]
        return Partition(
            tuple(self._batches[n].records_of(number) for n in batches),
            tuple(self._batches[n].ids_of(number) for n in batches),
            tuple(duplicates.get(n) for n in batches),
            tuple(rows.slice_of(number) for rows in customers),
        )


def _stored(events: PackedEvents) -> _StoredBatch:
    texts = _utf8_texts(events.customer_ids)
    id_bytes = load(texts.starts)[events.id_starts]
    return _StoredBatch(events.records, events.starts, texts, events.id_starts, id_bytes)


def _utf8_texts(texts: pl.Series) -> _Utf8Texts:
    array = texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, starts, data = array.buffers()
    first = np.frombuffer(starts, np.int64, len(array) + 1, offset=8 * array.offset)
    return _Utf8Texts(first, np.frombuffer(data or b"", np.uint8))


def _has_rows(starts: Positions, partition: int) -> bool:
    return bool(starts[partition + 1] > starts[partition])


def _without_rows(records: Records, rows: NDArray[np.int32] | None) -> Records:
    if rows is None:
        return records
    return records[~np.isin(records[:, CODES] >> ROW_SHIFT, rows)]


@dataclass(frozen=True, slots=True)
class _CustomerSlice:
    """Rows ``first:last`` of a table that is in memory or in a file."""

    source: pl.DataFrame | Path
    first: int
    last: int

    def table(self) -> pl.DataFrame:
        source = self.source
        if isinstance(source, pl.DataFrame):
            return source[self.first : self.last]
        return pl.scan_ipc(source).slice(self.first, self.last - self.first).collect()


@dataclass(frozen=True, slots=True)
class _CustomerBatch:
    """Rows of the customer file; partition p has the rows ``starts[p]:starts[p + 1]``."""

    rows: pl.DataFrame | Path
    starts: Positions

    def slice_of(self, partition: int) -> _CustomerSlice:
        first, last = self.starts[partition], self.starts[partition + 1]
        return _CustomerSlice(self.rows, int(first), int(last))
