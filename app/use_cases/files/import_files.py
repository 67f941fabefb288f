"""Import activity and customers from files.

Good rows go into the database; rejected rows go into a file beside the imported one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy.orm import Session, sessionmaker

from app.db.log import events as log
from app.db.log.compaction import compact_log
from app.db.log.events import Recorded
from app.domain.activity import Activity
from app.files.activity import activities_of, read_activity, with_event_ids
from app.files.customers import customers_of, read_customers
from app.files.file_reading import DEFAULT_READING, FileReading
from app.files.scores import write_rejects
from app.use_cases.customers.put import put_customers
from app.work.progress import OnProgress, ignore_progress

ROWS_PER_TRANSACTION: Final = 10_000  # committed events stay if a later batch fails
CUSTOMERS_PER_TRANSACTION: Final = 1_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ActivityImport:
    """What happened to the rows of an activity file.

    `unknown_types` counts the rows of types that no feature reads; they are imported too.
    `rejects_file` has the rejected rows with line numbers and reasons; None if there are none.
    """

    n_accepted: int
    n_duplicates: int
    n_rejected: int
    rejects_file: Path | None
    unknown_types: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CustomersImport:
    """What happened to the rows of a customer file; `rejects_file` as for activity."""

    n_customers: int
    n_new: int
    n_rejected: int
    rejects_file: Path | None


def import_activity(
    writers: sessionmaker[Session],
    path: Path,
    *,
    now: datetime,
    reading: FileReading = DEFAULT_READING,
    on_progress: OnProgress = ignore_progress,
) -> ActivityImport:
    """Record the events of a file; importing the same file again adds nothing.

    Parameters
    ----------
    writers
        Opens sessions that write to the database.
    path
        CSV, gzipped CSV or Parquet.
    now
        Rows that lie more than a day later are rejected.
    reading
        How to interpret the columns of the file.
    on_progress
        Called after each transaction with the number of rows done and of all good rows.
    """
    file = read_activity(path, reading=reading, now=now)
    good = with_event_ids(file.good)
    n_accepted = 0
    done = 0
    for batch in _batches(activities_of(good), ROWS_PER_TRANSACTION):
        n_accepted += _record(writers, batch)
        done += len(batch)
        on_progress(done, good.height)
    compact_log(writers)
    return ActivityImport(
        n_accepted=n_accepted,
        n_duplicates=good.height - n_accepted + file.n_duplicates,
        n_rejected=file.rejects.height,
        rejects_file=write_rejects(path, file.rejects),
        unknown_types=file.unknown_types,
    )


def import_customers(
    writers: sessionmaker[Session],
    path: Path,
    *,
    now: datetime,
    reading: FileReading = DEFAULT_READING,
    on_progress: OnProgress = ignore_progress,
) -> CustomersImport:
    """Store the customers of a file and the versions of their accounts.

    A version without `valid_from` is valid from `now`, unless it equals the current version of the
    account. Importing the same file again therefore adds nothing. The other parameters are those
    of `import_activity`.
    """
    file = read_customers(path, reading=reading, now=now)
    found = list(customers_of(file.good, now=now))
    n_new = 0
    done = 0
    for batch in _batches(found, CUSTOMERS_PER_TRANSACTION):
        customers = [customer for customer, _ in batch]
        versions = [version for _, versions in batch for version in versions]
        with writers.begin() as session:
            n_new += put_customers(session, customers, versions, now=now)
        done += len(batch)
        on_progress(done, len(found))
    return CustomersImport(
        n_customers=len(found),
        n_new=n_new,
        n_rejected=file.rejects.height,
        rejects_file=write_rejects(path, file.rejects),
    )


def _record(writers: sessionmaker[Session], activities: Sequence[Activity]) -> int:
    with writers.begin() as session:
        return log.record(session, activities).count(Recorded.ACCEPTED)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
