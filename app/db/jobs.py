"""Jobs, most of which rescore everybody: who works on which, how far it is, what it could not do.

A worker holds a lease and renews it with every chunk. A chunk's assessments, the cursor and the
lease are written in one transaction that first checks that the lease is still this worker's: a job
killed anywhere goes on behind its last whole chunk, and a worker that was taken for dead writes
nothing more. A job that breaks off again and again without getting on is given up.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import ColumnElement, CursorResult, and_, insert, or_, select, update
from sqlalchemy.orm import Session

from app.db.assessments import add_many
from app.db.tables import JobFailureRow, JobRow
from app.domain.errors import JobConflict, JobNotFound
from app.domain.jobs import (
    LEASE,
    Job,
    JobKind,
    JobState,
    Keeps,
    LeaseLost,
    given_up_because,
    is_given_up,
    states_before,
)
from app.domain.stored_scores import StoredAssessment

log = logging.getLogger("holdfast.jobs")

_SILENT: Final = (
    "ended without a word: its process was killed, ran out of memory, or took longer than its "
    "lease (HOLDFAST_JOB_LEASE_SECONDS), see the logs of the service and of the system"
)


def create(
    session: Session,
    job_id: str,
    *,
    as_of: datetime,
    bundle_id: str,
    total: int,
    now: datetime,
    kind: JobKind = JobKind.RESCORE,
    keeps: Keeps = Keeps.ANSWERS,
) -> Job:
    """Queue a job for `total` customers."""
    row = JobRow(
        job_id=job_id,
        kind=kind.value,
        keeps=keeps.value,
        state=JobState.QUEUED.value,
        as_of=as_of,
        bundle_id=bundle_id,
        total=total,
        done=0,
        failed=0,
        attempts=0,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return _job(row)


def get(session: Session, job_id: str) -> Job:
    """Return a job.

    Raises
    ------
    JobNotFound
        If no job has this id.
    """
    row = session.get(JobRow, job_id, populate_existing=True)
    if row is None:
        raise JobNotFound(job_id)
    return _job(row)


def claim(
    session: Session,
    *,
    worker: str,
    now: datetime,
    lease: timedelta = LEASE,
    kind: JobKind = JobKind.RESCORE,
) -> Job | None:
    """Take the oldest job of a kind that nobody works on, or None.

    That is one in the queue, or one whose worker let the lease run out: if that is another worker,
    the attempt counts, and where it was the last one the job is given up. A worker that comes back
    to its own job was kept by something else, such as a database that was away. Two workers never
    get the same: on PostgreSQL the row is locked and others skip it, on SQLite the writer is alone.
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
    return _job(row)


def hand_back(session: Session, job_id: str, *, worker: str, now: datetime) -> None:
    """Let another worker go on at once; `LeaseLost` if the job is no longer the worker's."""
    _change(session, job_id, worker, worker=None, lease_until=now)


def finish_chunk(
    session: Session,
    job: Job,
    *,
    worker: str,
    now: datetime,
    cursor: str,
    assessments: Sequence[StoredAssessment],
    failures: Mapping[str, str],
    lease: timedelta = LEASE,
) -> Job:
    """Write what became of the customers up to `cursor`; all of it or nothing.

    `failures` holds the reason for each customer who could not be scored. `LeaseLost` if the job
    is no longer this worker's, or went on since `job` was read; then roll back.
    """
    _change(
        session,
        job.job_id,
        worker,
        JobRow.cursor.is_not_distinct_from(job.cursor),
        done=JobRow.done + len(assessments),
        failed=JobRow.failed + len(failures),
        cursor=cursor,
        attempts=0,
        lease_until=now + lease,
    )
    add_many(session, assessments)
    if failures:
        rows = [
            {"job_id": job.job_id, "customer_id": customer_id, "reason": reason}
            for customer_id, reason in failures.items()
        ]
        session.execute(insert(JobFailureRow), rows)
    return get(session, job.job_id)


def complete(session: Session, job_id: str, *, worker: str, now: datetime) -> None:
    """Close a job that went through all customers; `LeaseLost` if it is no longer the worker's."""
    _change(session, job_id, worker, state=JobState.COMPLETED.value, finished_at=now)


def fail(session: Session, job_id: str, *, worker: str, now: datetime, error: str) -> None:
    """Close a job that cannot go on; `LeaseLost` if it is no longer the worker's."""
    _change(session, job_id, worker, state=JobState.FAILED.value, finished_at=now, error=error)


def break_off(
    session: Session, job_id: str, *, worker: str, now: datetime, kind_of_error: str
) -> Job:
    """Count an attempt that came to nothing; the job is tried again when the lease has run out.

    The last one ends it as failed. `kind_of_error` is named then; what an error says is not, for
    it may name a customer. `LeaseLost` if the job is no longer the worker's.
    """
    _change(session, job_id, worker, worker=None, attempts=JobRow.attempts + 1)
    job = get(session, job_id)
    if not is_given_up(attempts=job.attempts):
        return job
    how = f"ended with {kind_of_error}: the log of the service has it under this job's id"
    ended = {"state": JobState.FAILED.value, "finished_at": now, "error": given_up_because(how)}
    session.execute(update(JobRow).where(JobRow.job_id == job_id).values(**ended))
    return get(session, job_id)


def cancel(session: Session, job_id: str, *, now: datetime) -> Job:
    """Stop a job; its worker notices with the next chunk, and what is written stays.

    Raises
    ------
    JobConflict
        If the job has ended already.
    """
    changed = session.execute(
        update(JobRow)
        .where(JobRow.job_id == job_id, JobRow.state.in_(states_before(JobState.CANCELLED)))
        .values(state=JobState.CANCELLED.value, finished_at=now)
    )
    job = get(session, job_id)
    if _n_rows(changed) != 1:
        raise JobConflict(f"the job {job_id!r} is {job.state} and can no longer be cancelled")
    return job


def failures(
    session: Session, job_id: str, *, limit: int, after: str | None = None
) -> list[tuple[str, str]]:
    """Return customers whom the job could not score with the reasons, by customer id."""
    query = select(JobFailureRow.customer_id, JobFailureRow.reason)
    query = query.where(JobFailureRow.job_id == job_id).order_by(JobFailureRow.customer_id)
    if after is not None:
        query = query.where(JobFailureRow.customer_id > after)
    return [(customer_id, reason) for customer_id, reason in session.execute(query.limit(limit))]


def _next_in_line(session: Session, kind: JobKind, now: datetime) -> JobRow | None:
    expired = and_(JobRow.state == JobState.IN_PROGRESS.value, JobRow.lease_until < now)
    return session.scalars(
        select(JobRow)
        .where(JobRow.kind == kind.value, or_(JobRow.state == JobState.QUEUED.value, expired))
        .order_by(JobRow.created_at, JobRow.job_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def _change(
    session: Session,
    job_id: str,
    worker: str,
    /,
    *conditions: ColumnElement[bool],
    **values: object,
) -> None:
    """Change a job that is in progress and this worker's; else `LeaseLost`."""
    changed = session.execute(
        update(JobRow)
        .where(
            JobRow.job_id == job_id,
            JobRow.worker == worker,
            JobRow.state == JobState.IN_PROGRESS.value,
            *conditions,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if _n_rows(changed) != 1:
        raise LeaseLost(f"the job {job_id!r} is no longer held by the worker {worker!r}")


def _n_rows(result: object) -> int:
    return cast("CursorResult[object]", result).rowcount


def _job(row: JobRow) -> Job:
    return Job(
        job_id=row.job_id,
        kind=JobKind(row.kind),
        keeps=Keeps(row.keeps),
        state=JobState(row.state),
        as_of=row.as_of,
        bundle_id=row.bundle_id,
        total=row.total,
        done=row.done,
        failed=row.failed,
        cursor=row.cursor,
        attempts=row.attempts,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        error=row.error,
    )
