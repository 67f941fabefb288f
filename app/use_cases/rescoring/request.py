"""Request that every customer is rescored in the background."""

from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from app.db import customers, jobs
from app.domain.jobs import Job, JobKind, Keeps


def request_rescore(
    writers: sessionmaker[Session],
    *,
    bundle_id: str,
    as_of: datetime,
    now: datetime,
    job_id: str | None = None,
    keeps: Keeps = Keeps.ANSWERS,
) -> Job:
    """Queue a rescoring of every customer as of a moment; an existing `job_id` gives that job."""
    with writers.begin() as session:
        return jobs.enqueue(
            session,
            job_id,
            as_of=as_of,
            bundle_id=bundle_id,
            total=customers.count(session),
            now=now,
            kind=JobKind.RESCORE,
            keeps=keeps,
        )
