"""Import activity and customers from files: good rows go in, refused ones into a file beside."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy.orm import Session, sessionmaker

from app.db.log import events as log
from app.db.log.events import Recorded
from app.db.log.settling import settle_log
from app.domain.activity import Activity
from app.files.activity import activities_of, read_activity, with_event_ids
from app.files.customers import customers_of, read_customers
from app.files.file_reading import AS_IT_STANDS, FileReading
from app.files.scores import write_rejects
from app.use_cases.customers.put import put_customers

ROWS_PER_TRANSACTION: Final = 10_000  # what is in stays in when a later part fails
CUSTOMERS_PER_TRANSACTION: Final = 1_000
T = TypeVar("T")


OnProgress = Callable[[int, int], None]  # how much of the work is done, and how much there is


def silently(done: int, total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class ActivityImport:
    """What became of the rows of an activity file.

    `unknown_types` counts the rows of types that no feature reads; they were kept.
    `rejects_file` holds the refused rows with line numbers and reasons; None: there are none.
    """

    n_accepted: int
    n_duplicates: int
    n_rejected: int
    rejects_file: Path | None
    unknown_types: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CustomersImport:
    """What became of the rows of a customer file; `rejects_file` as for activity."""

    n_customers: int
    n_new: int
    n_rejected: int
    rejects_file: Path | None


def import_activity(
    writers: sessionmaker[Session],
    path: Path,
    *,
    now: datetime,
    reading: FileReading = AS_IT_STANDS,
    on_progress: OnProgress = silently,
) -> ActivityImport:
    """Record the events of a file; importing it again adds nothing.

    Parameters
    ----------
    writers
        Sessions of the database that the events go into.
    path
        CSV, gzipped CSV or Parquet.
    now
        Rows from more than a day later are refused.
    reading
        How to understand the columns of the file.
    on_progress
        Called after each transaction with the rows that are in and all good rows.
    """
    file = read_activity(path, reading=reading, now=now)
    good = with_event_ids(file.good)
    n_accepted = 0
    done = 0
    for part in _parts(activities_of(good), ROWS_PER_TRANSACTION):
        n_accepted += _record(writers, part)
        done += len(part)
        on_progress(done, good.height)
    settle_log(writers)
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
    reading: FileReading = AS_IT_STANDS,
    on_progress: OnProgress = silently,
) -> CustomersImport:
    """Write down the customers of a file and the versions of their accounts.

    A version that does not say since when it is valid is valid from `now`, unless the account
    stands so already: importing a file again adds nothing. The other parameters are those of
    `import_activity`.
    """
    file = read_customers(path, reading=reading, now=now)
    found = list(customers_of(file.good, now=now))
    n_new = 0
    done = 0
    for part in _parts(found, CUSTOMERS_PER_TRANSACTION):
        with writers.begin() as session:
            versions = [version for _, versions in part for version in versions]
            n_new += put_customers(session, [who for who, _ in part], versions, now=now)
        done += len(part)
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


def _parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
