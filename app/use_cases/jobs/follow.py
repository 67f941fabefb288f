"""Follow a job: where it stands, and page by page what it has done and could not do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from app.db import assessments, jobs
from app.domain.jobs import Job
from app.domain.scores.stored import StoredAssessment

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class JobPage(Generic[T]):
    """Some customers of a job; `next` is the id of the last, or None if no customer follows."""

    items: Sequence[T]
    next: str | None


def get_job(session: Session, job_id: str) -> Job:
    """Return a job; an unknown id raises `JobNotFound`."""
    return jobs.get(session, job_id)


def results_of_job(
    session: Session, job_id: str, *, limit: int, after: str | None
) -> JobPage[StoredAssessment]:
    """Return at most `limit` assessments that the job has stored, by customer id."""
    jobs.get(session, job_id)
    found = assessments.page_of_job(session, job_id, limit=limit + 1, after=after)
    return JobPage(found[:limit], found[limit - 1].customer_id if len(found) > limit else None)


def failures_of_job(
    session: Session, job_id: str, *, limit: int, after: str | None
) -> JobPage[tuple[str, str]]:
    """Return at most `limit` customers whom the job could not score, each with the reason."""
    jobs.get(session, job_id)
    found = jobs.failures(session, job_id, limit=limit + 1, after=after)
    return JobPage(found[:limit], found[limit - 1][0] if len(found) > limit else None)
