"""Read a log from files: its history, and what to tell the person about it."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from app.domain.moments import from_micros
from app.features.history import History
from app.files.activity import (
    activity_parts,
    activity_tables,
    is_first_of_id,
    judge_activity,
    unknown_types,
)
from app.files.customers import customer_parts
from app.files.file_reading import FileReading
from app.files.histories import base_currency, count_foreign_amounts, history_of
from app.files.partitions import Batch, PartedLog
from app.files.scores import append_rejects
from app.files.validated import JudgedRows
from app.work.in_order import in_order


@dataclass(frozen=True, slots=True)
class Log:
    """The history that the files hold; `notes` are sentences about what was left out or unknown."""

    history: History
    currency: str | None
    n_rejected: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotedEvents:
    """What is to be said of some good rows; see `LogFacts`."""

    unknown_types: Mapping[str, int]
    n_foreign_amounts: int
    received_until: datetime | None


@dataclass(slots=True)
class LogFacts:
    """What the files of a log hold beside its events; filled part by part.

    Attributes
    ----------
    n_rejected
        Refused rows by file.
    rejects_files
        Where they are, with lines and reasons.
    unknown_types
        Types that no feature reads, with the number of their rows; they are kept.
    n_foreign_amounts
        Amounts in another currency, which count as missing.
    received_until
        When the newest event was received; None = there is none.
    """

    n_rejected: Counter[Path] = field(default_factory=Counter)
    rejects_files: dict[Path, Path] = field(default_factory=dict)
    unknown_types: Counter[str] = field(default_factory=Counter)
    n_foreign_amounts: int = 0
    received_until: datetime | None = None

    def good_rows(self, source: Path, part: JudgedRows) -> pl.DataFrame:
        """Return the good rows of a part; the others go into a file beside `source`."""
        written = append_rejects(source, part.rejects, to=self.rejects_files.get(source))
        if written is not None:
            self.rejects_files[source] = written
            self.n_rejected[source] += part.rejects.height
        return part.good

    def note_events(self, events: NotedEvents) -> None:
        """Count what is to be said of good rows of the activity file."""
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
    """Read an activity file, and a customer file where there is one, into one history.

    Rejected rows are written beside their file. `currency` is that of the amounts; unless given,
    it is the one that most of them are in.

    Raises
    ------
    UnreadableFile
        If a file is none, or lacks a column.
    """
    facts = LogFacts()
    parts = activity_parts(activity, reading=reading, now=now)
    read = pl.concat([facts.good_rows(activity, part) for part in parts])
    events = read.filter(is_first_of_id(read["event_id"]))
    known = None
    if customers is not None:
        others = customer_parts(customers, reading=reading.of_other_columns(), now=now)
        known = pl.concat([facts.good_rows(customers, part) for part in others])
    currency = currency or base_currency(events)
    foreign = count_foreign_amounts(events, currency=currency)
    facts.note_events(NotedEvents(unknown_types(events), foreign, None))
    return Log(
        history_of(events, known, currency=currency),
        currency,
        facts.n_rejected.total(),
        _notes(facts, activity, n_repeated=read.height - events.height, currency=currency),
    )


def read_parted_log(
    log: PartedLog,
    activity: Path,
    customers: Path | None,
    *,
    reading: FileReading,
    currency: str | None,
    threads: Executor,
    n_threads: int,
) -> LogFacts:
    """Read the same files into `log` part by part, and return what else they hold.

    Parts are judged and packed by `threads` while the next are read. Repeated rows, which `log`
    leaves out, are counted with the others.
    """
    facts = LogFacts()
    if customers is not None:
        for part in customer_parts(customers, reading=reading.of_other_columns()):
            log.add_customers(facts.good_rows(customers, part))

    def pack(table: pl.DataFrame) -> tuple[JudgedRows, Batch, NotedEvents]:
        judged = judge_activity(table, reading=reading)
        batch = log.packed(judged.good, currency=currency)
        return judged, batch, _noted(judged.good, batch)

    tables = activity_tables(activity, reading=reading)
    for judged, batch, noted in in_order(threads, pack, tables, ahead=n_threads):
        facts.good_rows(activity, judged)
        facts.note_events(noted)
        log.add_events(batch)
    return facts


def _noted(good: pl.DataFrame, batch: Batch) -> NotedEvents:
    events = batch.events
    return NotedEvents(
        unknown_types(good) if events.n_unknown else {},
        events.n_foreign,
        None if events.received_until is None else from_micros(events.received_until),
    )


def _notes(
    facts: LogFacts, activity: Path, *, n_repeated: int, currency: str | None
) -> tuple[str, ...]:
    """Return what a person should know of the files."""
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
