"""What becomes of a job when its worker meets an error."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004 - its name
from sqlalchemy.orm import Session, sessionmaker

from app.db import jobs
from app.domain.errors import HoldfastError
from app.domain.jobs import Job, LeaseLost

log = logging.getLogger("holdfast.jobs")

# PostgreSQL's codes: class 54, program limit exceeded; query canceled, as by `statement_timeout`.
_TOO_MUCH: Final = "54"
_TOO_SLOW: Final = "57014"


@contextmanager
def holding(
    job: Job, writers: sessionmaker[Session], *, worker: str, now: Callable[[], datetime]
) -> Iterator[None]:
    """Do a job's work within this: it ends as failed where it cannot be done.

    What the product refuses ends it at once, any other error once it has come too often. An error
    is counted and goes on to whoever runs the worker. A database that is away, full or busy says
    nothing against the job: nothing is counted, and the worker comes back to it.
    """
    try:
        yield
    except LeaseLost:
        log.warning("job lost to another worker, or cancelled", extra={"job_id": job.job_id})
    except HoldfastError as error:
        log.warning("job failed", extra={"job_id": job.job_id, "why": str(error)})
        with suppress(LeaseLost), writers.begin() as session:
            jobs.fail(session, job.job_id, worker=worker, now=now(), error=str(error))
    except Exception as error:  # whatever it was: it is counted, and goes on
        if not _is_away(error):
            with suppress(LeaseLost):
                _count(job, writers, type(error).__name__, worker=worker, now=now())
        raise


def _is_away(error: Exception) -> bool:
    """Return whether the database did not do what it can do at other times."""
    if isinstance(error, OperationalError):
        return not _is_of_the_statement(error)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, TimeoutError)


def _is_of_the_statement(error: OperationalError) -> bool:
    """Return whether another database would refuse the same: it is wrong, too much, or too slow."""
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return True
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith(_TOO_MUCH) or state == _TOO_SLOW


def _count(
    job: Job, writers: sessionmaker[Session], kind_of_error: str, *, worker: str, now: datetime
) -> None:
    with writers.begin() as session:
        found = jobs.break_off(
            session, job.job_id, worker=worker, now=now, kind_of_error=kind_of_error
        )
    facts = {"job_id": job.job_id, "attempts": found.attempts, "state": found.state.value}
    log.error("job broke off", extra={**facts, "error": kind_of_error})
