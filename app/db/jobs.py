"""Jobs: request one, read it, cancel it, and read what it could not do.

How a worker takes a job and moves it on is in `app.db.job_leases`.
"""

import uuid
from contextlib import suppress
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.tables import JobFailureRow, JobRow
from app.domain.errors import JobConflict, JobNotFound
from app.domain.jobs import Job, JobCount, JobKind, JobState, Keeps, states_before


def enqueue(
    session: Session,
    job_id: str | None = None,
    *,
    as_of: datetime,
    bundle_id: str,
    total: int,
    now: datetime,
    kind: JobKind = JobKind.RESCORE,
    keeps: Keeps = Keeps.ANSWERS,
) -> Job:
    """Queue a job for `total` customers, and return it.

    Where `job_id` is the id of a job already, that job is returned as it is, also where somebody
    else enqueues it at the same time. None: the job gets an id of its own.
    """
    wanted = job_id or uuid.uuid4().hex
    with suppress(JobNotFound):
        return get(session, wanted)
    row = JobRow(
        job_id=wanted,
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
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody else enqueued it since we looked
        return get(session, wanted)
    return job_of(row)


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
    return job_of(row)


def cancel(session: Session, job_id: str, *, now: datetime) -> Job:
    """Cancel a job. Its worker notices with the next chunk; what has been written stays.

    Raises
    ------
    JobConflict
        If the job has ended already.
    """
    may_be_cancelled = JobRow.state.in_(states_before(JobState.CANCELLED))
    is_cancelled = change(
        session, job_id, may_be_cancelled, state=JobState.CANCELLED.value, finished_at=now
    )
    job = get(session, job_id)
    if not is_cancelled:
        raise JobConflict(f"the job {job_id!r} is {job.state} and can no longer be cancelled")
    return job


def change(
    session: Session, job_id: str, /, *conditions: ColumnElement[bool], **values: object
) -> bool:
    """Set columns of a job if it meets all the conditions, and return whether it did.

    One statement checks and writes: nobody can change the job in between.
    """
    changed = session.execute(
        update(JobRow)
        .where(JobRow.job_id == job_id, *conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[object]", changed).rowcount == 1


def failures(
    session: Session, job_id: str, *, limit: int, after: str | None = None
) -> list[tuple[str, str]]:
    """Return customers whom the job could not score with the reasons, by customer id."""
    query = select(JobFailureRow.customer_id, JobFailureRow.reason)
    query = query.where(JobFailureRow.job_id == job_id).order_by(JobFailureRow.customer_id)
    if after is not None:
        query = query.where(JobFailureRow.customer_id > after)
    return [(customer_id, reason) for customer_id, reason in session.execute(query.limit(limit))]


def count_by_state(session: Session) -> list[JobCount]:
    """Return how many jobs there are, and what they have done, by kind and state."""
    row = JobRow
    sums = (func.count(), func.sum(row.done), func.sum(row.failed))
    query = select(row.kind, row.state, *sums).group_by(row.kind, row.state)
    found = session.execute(query.order_by(row.kind, row.state))
    return [JobCount(kind, state, n, int(done), int(bad)) for kind, state, n, done, bad in found]


def job_of(row: JobRow) -> Job:
    """Return the job that a row holds."""
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
