"""Cancel a job."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db import jobs
from app.domain.jobs import Job


def cancel_job(session: Session, job_id: str, *, now: datetime) -> Job:
    """Cancel a job and return it; what it has stored stays. `JobConflict` if it has ended."""
    return jobs.cancel(session, job_id, now=now)
