"""Read a log from an activity file and an optional customer file."""

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from app.domain.moments import from_micros
from app.features.history import History
from app.files.activity import (
    activity_chunks,
    is_first_with_its_id,
    raw_activity_chunks,
    unknown_types,
    validate_activity,
)
from app.files.customers import customer_chunks
from app.files.file_reading import FileReading
from app.files.histories import base_currency, count_foreign_amounts, history_of
from app.files.partitions import Batch, PartitionedLog
from app.files.scores import append_rejects
from app.files.validated_rows import ValidatedRows
from app.work.in_order import in_order


@dataclass(frozen=True, slots=True)
class Log:
    """The history in the files; `notes` are sentences about rejected, repeated and unknown rows."""

    history: History
    currency: str | None
    n_rejected: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What is reported about a chunk of events; for the attributes see `LogFacts`."""

    unknown_types: Mapping[str, int]
    n_foreign_amounts: int
    received_until: datetime | None


@dataclass(slots=True)
class LogFacts:
    """What is reported about the files of a log, collected chunk by chunk.

    Attributes
    ----------
    n_rejected
        Number of rejected rows by file.
    rejects_files
        For each file with rejected rows, the file that lists them with lines and reasons.
    unknown_types
        Types that no feature reads, with their numbers of rows.
    n_foreign_amounts
        Amounts in another currency, which count as missing.
    received_until
        When the newest event was received; None if there is no event.
    """

    n_rejected: Counter[Path] = field(default_factory=Counter)
    rejects_files: dict[Path, Path] = field(default_factory=dict)
    unknown_types: Counter[str] = field(default_factory=Counter)
    n_foreign_amounts: int = 0
    received_until: datetime | None = None

    def add_rejects(self, source: Path, rejects: pl.DataFrame) -> None:
        """Count the rejected rows of a chunk and append them to the file beside `source`."""
        rejects_file = append_rejects(source, rejects, to=self.rejects_files.get(source))
        if rejects_file is not None:
            self.rejects_files[source] = rejects_file
            self.n_rejected[source] += rejects.height

    def add_events(self, events: EventFacts) -> None:
        """Add the facts about the good rows of a chunk of the activity file."""
        self.unknown_types.update(events.unknown_types)
        self.n_foreign_amounts += events.n_foreign_amounts
        if events.received_until is not None:
            before = self.received_until or events.received_until
            self.received_until = max(before, events.received_until)


def read_log(
    activity: Path,
    customers: Path | None,
    *,
    reading: FileReading,
    currency: str | None = None,
    now: datetime,
) -> Log:
    """Read an activity file, and a customer file if there is one, into one history.

    Rejected rows are written to a file beside theirs. Amounts are in `currency`; if it is None,
    in the currency of most amounts.

    Raises
    ------
    UnreadableFile
        If a file is not a table or lacks a required column.
    """
    facts = LogFacts()
    rows = _good_rows(facts, activity, activity_chunks(activity, reading=reading, now=now))
    events = rows.filter(is_first_with_its_id(rows["event_id"]))
    known = None
    if customers is not None:
        chunks = customer_chunks(customers, reading=reading.for_customer_file(), now=now)
        known = _good_rows(facts, customers, chunks)
    currency = currency or base_currency(events)
    foreign = count_foreign_amounts(events, currency=currency)
    facts.add_events(EventFacts(unknown_types(events), foreign, None))
    return Log(
        history_of(events, known, currency=currency),
        currency,
        facts.n_rejected.total(),
        _notes(facts, activity, n_repeated=rows.height - events.height, currency=currency),
    )


def read_partitioned_log(
    log: PartitionedLog,
    activity: Path,
    customers: Path | None,
    *,
    reading: FileReading,
    currency: str | None,
    threads: Executor,
    n_threads: int,
) -> LogFacts:
    """Read the same files into `log` chunk by chunk, and return what is reported about them.

    `threads` validate and pack chunks while the next ones are read. The facts include duplicate
    events, which `log` leaves out later.
    """
    facts = LogFacts()
    if customers is not None:
        for rows in customer_chunks(customers, reading=reading.for_customer_file()):
            facts.add_rejects(customers, rows.rejects)
            log.add_customers(rows.good)

    def pack(table: pl.DataFrame) -> tuple[pl.DataFrame, Batch, EventFacts]:
        rows = validate_activity(table, reading=reading)
        batch = log.pack(rows.good, currency=currency)
        return rows.rejects, batch, _facts_of(rows.good, batch)

    chunks = raw_activity_chunks(activity, reading=reading)
    for rejects, batch, event_facts in in_order(threads, pack, chunks, ahead=n_threads):
        facts.add_rejects(activity, rejects)
        facts.add_events(event_facts)
        log.add_events(batch)
    return facts


def _good_rows(facts: LogFacts, source: Path, chunks: Iterable[ValidatedRows]) -> pl.DataFrame:
    """Return the good rows of all chunks, and add the rejected ones to `facts`."""
    good = []
    for chunk in chunks:
        facts.add_rejects(source, chunk.rejects)
        good.append(chunk.good)
    return pl.concat(good)


def _facts_of(good: pl.DataFrame, batch: Batch) -> EventFacts:
    events = batch.events
    return EventFacts(
        unknown_types(good) if events.n_unknown else {},
        events.n_foreign,
        None if events.received_until is None else from_micros(events.received_until),
    )


def _notes(
    facts: LogFacts, activity: Path, *, n_repeated: int, currency: str | None
) -> tuple[str, ...]:
    """Return what the user should know about the files."""
    notes = [
        f"{facts.n_rejected[path]:,} rows of {path} were rejected; {rejects} has their lines and "
        "reasons"
        for path, rejects in facts.rejects_files.items()
    ]
    if n_repeated:
        notes.append(f"{n_repeated:,} rows repeat an event_id of {activity} and were left out")
    if facts.unknown_types:
        counted = sorted(facts.unknown_types.items(), key=lambda item: (-item[1], item[0]))
        listed = ", ".join(f"{name} ({n:,})" for name, n in counted)
        notes.append(f"types that no feature reads, kept and counted: {listed}")
    if facts.n_foreign_amounts:
        notes.append(
            f"{facts.n_foreign_amounts:,} amounts are not in {currency} and count as missing: "
            "convert them, or choose the currency with --currency"
        )
    return tuple(notes)
