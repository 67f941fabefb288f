"""Leases: how a worker takes a job, moves it on, and gives it up.

Every function that changes a job first checks, in the same statement, that the job is in progress
and that this worker holds it; otherwise it raises `LeaseLost`. On PostgreSQL that statement also
locks the job until the transaction ends. So what a worker writes after `advance`, in the same
transaction, is written exactly once: a job that was killed anywhere goes on behind its last whole
chunk, and a worker that was taken for dead writes nothing more.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, insert, or_, select
from sqlalchemy.orm import Session

from app.db import jobs
from app.db.tables import JobFailureRow, JobRow
from app.domain.jobs import (
    LEASE,
    Job,
    JobKind,
    JobState,
    LeaseLost,
    given_up_because,
    is_given_up,
)

log = logging.getLogger("holdfast.jobs")

_SILENT: Final = (
    "ended without a word: its process was killed, ran out of memory, or took longer than its "
    "lease (HOLDFAST_JOB_LEASE_SECONDS), see the logs of the service and of the system"
)


def claim(
    session: Session,
    *,
    worker: str,
    now: datetime,
    lease: timedelta = LEASE,
    kind: JobKind = JobKind.RESCORE,
) -> Job | None:
    """Take the oldest job of a kind that no worker holds, or return None.

    No worker holds a job that is queued, or whose lease has run out. Where another worker let the
    lease run out, that counts as an attempt, and the last attempt fails the job as given up. A
    worker that returns to its own job was held up by something else, such as a database that was
    away: nothing is counted.

    Two workers never get the same job: on PostgreSQL the row is locked and other workers skip it,
    on SQLite there is one writer at a time.
    """
    while (row := _next_in_line(session, kind, now)) is not None:
        row.attempts += row.worker not in {None, worker}
        if not is_given_up(attempts=row.attempts):
            break
        row.state, row.finished_at = JobState.FAILED.value, now
        row.error = given_up_because(_SILENT)
        session.flush()
        log.error("job given up", extra={"job_id": row.job_id, "why": row.error})
    if row is None:
        return None
    row.state = JobState.IN_PROGRESS.value
    row.worker, row.lease_until = worker, now + lease
    row.started_at = row.started_at or now
    session.flush()
    return jobs.job_of(row)


def advance(
    session: Session,
    job: Job,
    *,
    worker: str,
    now: datetime,
    cursor: str,
    n_done: int,
    failures: Mapping[str, str],
    lease: timedelta = LEASE,
) -> Job:
    """Move a job past a chunk: to `cursor`, `n_done` customers further; and renew the lease.

    It must come before anything else that the transaction writes of the chunk. `failures` says, by
    customer, why the others of the chunk could not be done.

    Raises
    ------
    LeaseLost
        If the worker no longer holds the job, or the job has moved on since `job` was read. The
        caller must roll back.
    """
    _change_held(
        session,
        job.job_id,
        worker,
        JobRow.cursor.is_not_distinct_from(job.cursor),
        done=JobRow.done + n_done,
        failed=JobRow.failed + len(failures),
        cursor=cursor,
        attempts=0,
        lease_until=now + lease,
    )
    if failures:
        rows = [
            {"job_id": job.job_id, "customer_id": customer_id, "reason": reason}
            for customer_id, reason in failures.items()
        ]
        session.execute(insert(JobFailureRow), rows)
    return jobs.get(session, job.job_id)


def complete(session: Session, job_id: str, *, worker: str, now: datetime) -> None:
    """End a job that has been through everything; `LeaseLost` if the worker no longer holds it."""
    _change_held(session, job_id, worker, state=JobState.COMPLETED.value, finished_at=now)


def fail(session: Session, job_id: str, *, worker: str, now: datetime, error: str) -> None:
    """End a job that cannot go on; `LeaseLost` if the worker no longer holds it."""
    _change_held(session, job_id, worker, state=JobState.FAILED.value, finished_at=now, error=error)


def hand_back(session: Session, job_id: str, *, worker: str, now: datetime) -> None:
    """End the lease now, so that another worker can go on at once; `LeaseLost` as elsewhere."""
    _change_held(session, job_id, worker, worker=None, lease_until=now)


def break_off(
    session: Session, job_id: str, *, worker: str, now: datetime, kind_of_error: str
) -> Job:
    """Count an attempt that ended with an error; the job is retried once its lease has run out.

    The last attempt fails the job. Its error then names the `kind_of_error` only: the message of
    an error may name a customer. `LeaseLost` if the worker no longer holds the job.
    """
    _change_held(session, job_id, worker, worker=None, attempts=JobRow.attempts + 1)
    job = jobs.get(session, job_id)
    if not is_given_up(attempts=job.attempts):
        return job
    error = given_up_because(
        f"ended with {kind_of_error}: the log of the service has it under this job's id"
    )
    jobs.change(session, job_id, state=JobState.FAILED.value, finished_at=now, error=error)
    return jobs.get(session, job_id)


def _next_in_line(session: Session, kind: JobKind, now: datetime) -> JobRow | None:
    expired = and_(JobRow.state == JobState.IN_PROGRESS.value, JobRow.lease_until < now)
    return session.scalars(
        select(JobRow)
        .where(JobRow.kind == kind.value, or_(JobRow.state == JobState.QUEUED.value, expired))
        .order_by(JobRow.created_at, JobRow.job_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def _change_held(
    session: Session,
    job_id: str,
    worker: str,
    /,
    *conditions: ColumnElement[bool],
    **values: object,
) -> None:
    """Change a job that this worker holds; otherwise raise `LeaseLost`."""
    is_held = (JobRow.worker == worker, JobRow.state == JobState.IN_PROGRESS.value)
    if not jobs.change(session, job_id, *is_held, *conditions, **values):
        raise LeaseLost(f"the job {job_id!r} is no longer held by the worker {worker!r}")
