"""A log by customers: what a log of any length becomes, in memory where it is short.

A log is read once, in batches, and each customer's events come from anywhere in it. Every batch is
sorted by parts of the log, which are made of customers by the hash of their id. A part is then a
slice of each batch, small enough to be a history of its own. Batches beyond the first so many
million events go to a file, one behind the other: what stays in memory does not grow with the log.
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
from app.files import customer_codes
from app.files.histories import history_of_records
from app.files.records import CUSTOMER, ROW_SHIFT, PackedEvents, packed, part_numbers
from app.files.repeated_events import HashedIds, hashed, n_buckets_for, repeated_rows
from app.files.spill import Aside, Rows, loaded

ROWS_IN_MEMORY: Final = 4_000_000  # about 350 MB
ROWS_PER_PART: Final = 200_000  # about 50 MB while they are sorted and measured
MAX_PARTS: Final = 1_024


class _Texts(NamedTuple):
    """Texts, one behind the other as UTF-8; text i is the bytes ``starts[i]:starts[i + 1]``."""

    starts: Rows
    data: Rows

    def series(self) -> pl.Series:
        """Return them; `data` begins with the first of them."""
        starts = loaded(self.starts)
        buffers = [None, pa.py_buffer(starts - starts[0]), pa.py_buffer(loaded(self.data))]
        array = pa.LargeStringArray.from_buffers(len(starts) - 1, buffers[1], buffers[2])
        return pl.Series(array)


@dataclass(frozen=True, slots=True)
class Batch:
    """A stretch of the log by parts, see `PackedEvents`; `event_ids` are by buckets."""

    events: PackedEvents
    event_ids: HashedIds


@dataclass(frozen=True, slots=True)
class _KeptBatch:
    """A batch in memory or in a file; `id_bytes` is where the ids of each part begin."""

    records: Rows
    starts: Positions
    ids: _Texts
    id_starts: Positions
    id_bytes: Positions

    def records_of(self, part: int) -> Rows:
        return self.records[self.starts[part] : self.starts[part + 1]]

    def ids_of(self, part: int) -> _Texts:
        first, last = self.id_starts[part], self.id_starts[part + 1]
        data = self.ids.data[self.id_bytes[part] : self.id_bytes[part + 1]]
        return _Texts(self.ids.starts[first : last + 1], data)


@dataclass(frozen=True, slots=True)
class LogPart:
    """All events, and what is known, of some of the customers; each customer is in one part.

    Attributes
    ----------
    records, ids
        Of every batch that has any.
    repeated
        For each of them the rows that are left out.
    customers
        Good rows of the customer file, in memory or in files; empty where there is none.
    """

    records: tuple[Rows, ...]
    ids: tuple[_Texts, ...]
    repeated: tuple[NDArray[np.int32] | None, ...]
    customers: tuple["_CustomerRows", ...]

    def history(self, *, currency: str | None) -> History:
        """Return the history of the part, in bytewise order of the ids."""
        records = [
            _without(loaded(batch), rows)
            for batch, rows in zip(self.records, self.repeated, strict=True)
        ]
        customers = [rows.table() for rows in self.customers]
        return history_of_records(
            records,
            self._customer_ids(records),
            pl.concat(customers) if customers else None,
            currency=currency,
        )

    def _customer_ids(self, records: list[Records]) -> pl.Series:
        ids = pl.concat([pl.Series(dtype=pl.String), *(texts.series() for texts in self.ids)])
        if all(rows is None for rows in self.repeated):
            return ids
        left = [batch[:, CUSTOMER] for batch in records]  # who only had repeated rows is nobody
        return ids.filter(np.isin(customer_codes.hashes(ids), np.concatenate(left)))


class PartedLog:
    """Takes a log batch by batch, in the order of the file, and gives it back by customers."""

    def __init__(
        self,
        folder: Path,
        n_rows: int,
        *,
        rows_in_memory: int = ROWS_IN_MEMORY,
        rows_per_part: int = ROWS_PER_PART,
    ) -> None:
        """Make an empty log.

        Parameters
        ----------
        folder
            An empty one for files on the side; who made it removes it.
        n_rows
            About how many events will come: only the number of parts depends on it.
        rows_in_memory
            Events beyond these go to a file.
        """
        self.n_parts = min(n_rows // rows_per_part, MAX_PARTS - 1) + 1
        self.n_repeated = 0
        self._n_buckets = n_buckets_for(n_rows)
        self._rows_left = rows_in_memory
        self._folder = folder
        self._aside = Aside(folder / "events")
        self._batches: list[_KeptBatch] = []
        self._event_ids: list[HashedIds] = []
        self._customers: list[_CustomerBatch] = []

    def packed(self, good: pl.DataFrame, *, currency: str | None) -> Batch:
        """Return good rows of `read_activity` as `add_events` takes them, in any thread."""
        events = packed(good, currency=currency, n_parts=self.n_parts)
        return Batch(events, hashed(good["event_id"], self._n_buckets))

    def add_events(self, batch: Batch) -> None:
        """Add the next events of the log."""
        self._rows_left -= len(batch.events.records)
        kept, ids = _kept(batch.events), batch.event_ids
        if self._rows_left < 0:
            kept = self._put_aside(kept)
            put = self._aside.put
            ids = HashedIds(put(loaded(ids.hashes)), put(loaded(ids.rows)), ids.starts)
        self._batches.append(kept)
        self._event_ids.append(ids)

    def add_customers(self, customers: pl.DataFrame) -> None:
        """Add good rows of a customer file."""
        parts = part_numbers(customers["customer_id"], self.n_parts)
        order = np.argsort(parts, kind="stable")
        starts = np.searchsorted(parts[order], np.arange(self.n_parts + 1))
        rows: pl.DataFrame | Path = customers[order]
        if self.n_parts > 1:
            rows = self._folder / f"customers-{len(self._customers)}.arrow"
            customers[order].write_ipc(rows)
        self._customers.append(_CustomerBatch(rows, starts))

    def parts(self, threads: Executor) -> Iterator[LogPart]:
        """Yield the whole log, part by part; nothing can be added any more."""
        repeated = repeated_rows(self._event_ids, threads)
        self.n_repeated = sum(map(len, repeated.values()))
        self._event_ids = []
        for part in range(self.n_parts):
            mine = [n for n, batch in enumerate(self._batches) if _has(batch.starts, part)]
            yield LogPart(
                tuple(self._batches[n].records_of(part) for n in mine),
                tuple(self._batches[n].ids_of(part) for n in mine),
                tuple(repeated.get(n) for n in mine),
                tuple(rows.of(part) for rows in self._customers if _has(rows.starts, part)),
            )

    def _put_aside(self, batch: _KeptBatch) -> _KeptBatch:
        put = self._aside.put
        ids = _Texts(put(loaded(batch.ids.starts)), put(loaded(batch.ids.data)))
        records = put(loaded(batch.records))
        return _KeptBatch(records, batch.starts, ids, batch.id_starts, batch.id_bytes)


def _kept(events: PackedEvents) -> _KeptBatch:
    texts = _texts_of(events.customer_ids)
    id_bytes = loaded(texts.starts)[events.id_starts]
    return _KeptBatch(events.records, events.starts, texts, events.id_starts, id_bytes)


def _texts_of(texts: pl.Series) -> _Texts:
    array = texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, starts, data = array.buffers()
    first = np.frombuffer(starts, np.int64, len(array) + 1, offset=8 * array.offset)
    return _Texts(first, np.frombuffer(data or b"", np.uint8))


def _has(starts: Positions, part: int) -> bool:
    return bool(starts[part + 1] > starts[part])


def _without(records: Records, rows: NDArray[np.int32] | None) -> Records:
    if rows is None:
        return records
    return records[~np.isin(records[:, CODES] >> ROW_SHIFT, rows)]


@dataclass(frozen=True, slots=True)
class _CustomerRows:
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
    rows: pl.DataFrame | Path
    starts: Positions

    def of(self, part: int) -> _CustomerRows:
        return _CustomerRows(self.rows, int(self.starts[part]), int(self.starts[part + 1]))
