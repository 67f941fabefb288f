"""A log by customers: in memory where it is short, else in files on the side.

A log of any length is read once, in parts, and each customer's events come from anywhere in it.
Beyond `ROWS_IN_MEMORY` they go to files, by the hash of the customer's id, and each of these is
small enough to be a history of its own. What stays in memory does not grow with the log.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyarrow import ipc

from app.features.history import History
from app.files.activity import is_first_of_id
from app.files.histories import history_of_events
from app.files.repeats import Repeats

ROWS_IN_MEMORY: Final = 1_000_000  # about 200 MB while they are sorted and measured
ROWS_PER_PART: Final = 500_000
_PART, _ROW = "part", "row"  # columns beside those of events and customers
MAX_PARTS: Final = 256  # so many files are open at a time


@dataclass(frozen=True, slots=True)
class LogPart:
    """All events, and what is known, of some of the customers; each customer is in one part.

    Attributes
    ----------
    events, customers
        As `events_of` and `read_customers` give them, or the file that holds them; None = none.
    repeated
        Positions of the events that are left out.
    """

    events: pl.DataFrame | Path
    customers: pl.DataFrame | Path | None
    repeated: NDArray[np.int64]

    def history(self, *, currency: str | None) -> History:
        """Return the history of the part, in bytewise order of the ids."""
        events, customers = _loaded(self.events), self.customers
        if len(self.repeated):
            kept = np.ones(events.height, np.bool_)
            kept[self.repeated] = False
            events = events.filter(kept)
        known = None if customers is None else _loaded(customers)
        return history_of_events(events, known, currency=currency)


@dataclass(slots=True)
class PartedLog:
    """Takes a log part by part, in the order of the file, and gives it back by customers.

    Attributes
    ----------
    folder
        An empty one for files on the side; who made it removes it.
    n_rows
        About how many events will come: only the number of parts depends on it.
    rows_in_memory
        With more events than these they go to files.
    """

    folder: Path
    n_rows: int
    rows_in_memory: int = ROWS_IN_MEMORY
    n_events: int = 0
    n_repeated: int = 0
    _events: list[pl.DataFrame] = field(default_factory=list)
    _ids: list[pl.Series] = field(default_factory=list)
    _customers: list[pl.DataFrame] = field(default_factory=list)
    _spilled: "_Spilled | None" = None

    def add_customers(self, customers: pl.DataFrame) -> None:
        """Add good rows of a customer file."""
        if self._spilled is None:
            self._customers.append(customers)
        else:
            self._spilled.add_customers(customers)

    def add_events(self, events: pl.DataFrame, event_ids: pl.Series) -> None:
        """Add events of the log, with their ids (null = none)."""
        self.n_events += events.height
        if self._spilled is not None:
            self._spilled.add_events(events, event_ids)
            return
        self._events.append(events)
        self._ids.append(event_ids)
        if self.n_events > self.rows_in_memory:
            self._spill()

    def parts(self) -> list[LogPart]:
        """Return the whole log; nothing can be added any more."""
        if self._spilled is not None:
            found = self._spilled.parts()
            self.n_repeated = sum(len(part.repeated) for part in found)
            return found
        events, ids = pl.concat(self._events), pl.concat(self._ids)
        repeated = (~is_first_of_id(ids)).arg_true().cast(pl.Int64).to_numpy()
        self.n_repeated = len(repeated)
        customers = pl.concat(self._customers) if self._customers else None
        return [LogPart(events, customers, repeated)]

    def _spill(self) -> None:
        size = min(ROWS_PER_PART, self.rows_in_memory)
        n_parts = min(max(max(self.n_rows, self.n_events) // size, 1) + 1, MAX_PARTS)
        self._spilled = _Spilled(self.folder, n_parts)
        for customers in self._customers:
            self._spilled.add_customers(customers)
        for events, ids in zip(self._events, self._ids, strict=True):
            self._spilled.add_events(events, ids)
        self._events, self._ids, self._customers = [], [], []


class _Spilled:
    """One file of events, and one of customers, for each part."""

    def __init__(self, folder: Path, n_parts: int) -> None:
        self._n_parts = n_parts
        self._events = [_Table(folder / f"events-{part}.arrow") for part in range(n_parts)]
        self._customers = [_Table(folder / f"customers-{part}.arrow") for part in range(n_parts)]
        self._repeats = Repeats(folder)

    def add_events(self, events: pl.DataFrame, event_ids: pl.Series) -> None:
        places = self._add(self._events, events)
        self._repeats.add(event_ids, *places)

    def add_customers(self, customers: pl.DataFrame) -> None:
        self._add(self._customers, customers)

    def parts(self) -> list[LogPart]:
        repeated = self._repeats.positions(self._n_parts)
        made = []
        for part, (events, customers) in enumerate(zip(self._events, self._customers, strict=True)):
            events.close()
            customers.close()
            if events.n_rows or customers.n_rows:
                known = customers.path if customers.n_rows else None
                made.append(LogPart(events.path, known, repeated[part]))
        return made

    def _add(
        self, tables: list["_Table"], rows: pl.DataFrame
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Add each row to the table of its customer; return which it is, and its place there."""
        part_of = (rows["customer_id"].hash() % self._n_parts).cast(pl.UInt16)
        places = np.empty(rows.height, np.int64)
        parted = rows.with_columns(part_of.alias(_PART), pl.int_range(pl.len()).alias(_ROW))
        for group in parted.partition_by(_PART):
            table = tables[int(group[_PART][0])]
            places[group[_ROW].to_numpy()] = np.arange(group.height) + table.n_rows
            table.append(group.drop(_PART, _ROW))
        return part_of.to_numpy().astype(np.int64), places


class _Table:
    """A file that tables of the same columns are appended to; opened with the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.n_rows = 0
        self._writer: Any = None

    def append(self, rows: pl.DataFrame) -> None:
        table = rows.to_arrow()
        if self._writer is None:
            self._writer = ipc.new_stream(self.path, table.schema)
        self._writer.write_table(table)
        self.n_rows += rows.height

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _loaded(table: pl.DataFrame | Path) -> pl.DataFrame:
    if isinstance(table, pl.DataFrame):
        return table
    with ipc.open_stream(table) as stream:
        loaded = pl.from_arrow(stream.read_all())
    if not isinstance(loaded, pl.DataFrame):
        raise TypeError(f"{table} holds no table")
    return loaded
