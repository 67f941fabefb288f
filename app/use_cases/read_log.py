"""Read a log from files: one history, and what to tell the person about it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.features.history import History
from app.files.activity import ActivityFile, read_activity
from app.files.customers import read_customers
from app.files.histories import base_currency, count_foreign_amounts, history_of
from app.files.reading import FileReading
from app.files.scores import write_rejects


@dataclass(frozen=True, slots=True)
class Log:
    """The history that the files hold; `notes` are sentences about what was left out or unknown."""

    history: History
    currency: str | None
    n_rejected: int
    notes: tuple[str, ...]


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
    events = read_activity(activity, reading=reading, now=now)
    known = read_customers(customers, reading=reading.of_other_columns()) if customers else None
    notes = list(notes_on(activity, events))
    n_rejected = events.rejects.height
    if customers and known and (rejects := write_rejects(customers, known.rejects)):
        n_rejected += known.rejects.height
        notes.append(_rejected(known.rejects.height, customers, rejects))
    currency = currency or base_currency(events.good)
    if n_foreign := count_foreign_amounts(events.good, currency=currency):
        notes.append(
            f"{n_foreign:,} amounts are not in {currency} and count as missing: convert them, or "
            "choose the currency with --currency"
        )
    history = history_of(events.good, known.good if known else None, currency=currency)
    return Log(history, currency, n_rejected, tuple(notes))


def notes_on(path: Path, events: ActivityFile) -> list[str]:
    """Return what a person should know of an activity file; writes its rejected rows beside it."""
    notes = []
    if rejects := write_rejects(path, events.rejects):
        notes.append(_rejected(events.rejects.height, path, rejects))
    if events.n_duplicates:
        notes.append(f"{events.n_duplicates:,} rows repeat an event_id of {path} and were left out")
    if events.unknown_types:
        listed = ", ".join(f"{name} ({n:,})" for name, n in events.unknown_types.items())
        notes.append(f"types that no feature reads, kept and counted: {listed}")
    return notes


def _rejected(n: int, path: Path, rejects: Path) -> str:
    return f"{n:,} rows of {path} were rejected; {rejects} has their lines and reasons"
