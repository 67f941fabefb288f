"""What becomes of a job when its worker meets an error."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004 - its name
from sqlalchemy.orm import Session, sessionmaker

from app.db import job_leases
from app.domain.errors import HoldfastError
from app.domain.jobs import Job, LeaseLost

log = logging.getLogger("holdfast.jobs")

# Codes of PostgreSQL: class 54 is "program limit exceeded", 57014 is "query canceled", which is
# what `statement_timeout` raises.
_LIMIT_EXCEEDED: Final = "54"
_CANCELED: Final = "57014"


@contextmanager
def recording_errors(
    job: Job, writers: sessionmaker[Session], *, worker: str, now: Callable[[], datetime]
) -> Iterator[None]:
    """Record with the job how the block ended, where an error ended it.

    - The lease is lost: somebody else has the job, so nothing is recorded. The block ends quietly.
    - The product refuses something (`HoldfastError`): the job fails at once, with that message.
      The block ends quietly.
    - The database is away, full or busy: that says nothing about the job, and nothing is counted.
      The error is raised again, and the worker returns to the job later.
    - Anything else counts as an attempt; the last attempt fails the job. The error is raised
      again.
    """
    try:
        yield
    except LeaseLost:
        log.warning("job lost to another worker, or cancelled", extra={"job_id": job.job_id})
    except HoldfastError as error:
        log.warning("job failed", extra={"job_id": job.job_id, "why": str(error)})
        with suppress(LeaseLost), writers.begin() as session:
            job_leases.fail(session, job.job_id, worker=worker, now=now(), error=str(error))
    except Exception as error:  # whatever it was: it is counted, and raised again
        if not _is_database_away(error):
            with suppress(LeaseLost):
                _count_attempt(job, writers, type(error).__name__, worker=worker, now=now())
        raise


def _is_database_away(error: Exception) -> bool:
    """Return whether the database could not do what it can do at other times."""
    if isinstance(error, OperationalError):
        return not _is_fault_of_statement(error)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, TimeoutError)


def _is_fault_of_statement(error: OperationalError) -> bool:
    """Return whether the statement is wrong, too large or too slow, and so would fail again."""
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return True
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith(_LIMIT_EXCEEDED) or state == _CANCELED


def _count_attempt(
    job: Job, writers: sessionmaker[Session], kind_of_error: str, *, worker: str, now: datetime
) -> None:
    with writers.begin() as session:
        found = job_leases.break_off(
            session, job.job_id, worker=worker, now=now, kind_of_error=kind_of_error
        )
    facts = {"job_id": job.job_id, "attempts": found.attempts, "state": found.state.value}
    log.error("job broke off", extra={**facts, "error": kind_of_error})
