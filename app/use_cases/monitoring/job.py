"""Jobs that check a bundle: queued by a rescoring that ended, or asked for."""

import logging
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import jobs
from app.domain.errors import JobNotFound
from app.domain.jobs import LEASE, Job, JobKind
from app.use_cases.monitoring.monitor import Monitor
from app.work.holding import holding

log = logging.getLogger("holdfast.jobs")


def ask_for_check(
    session: Session,
    *,
    bundle_id: str,
    as_of: datetime,
    now: datetime,
    job_id: str | None = None,
) -> Job:
    """Queue a check of a bundle with what is known at `as_of`; an existing `job_id` gives that."""
    wanted = job_id or uuid.uuid4().hex
    with suppress(JobNotFound):
        return jobs.get(session, wanted)
    try:
        with session.begin_nested():
            return jobs.create(
                session,
                wanted,
                as_of=as_of,
                bundle_id=bundle_id,
                total=0,
                now=now,
                kind=JobKind.MONITOR,
            )
    except IntegrityError:  # somebody asked for the same at the same time
        return jobs.get(session, wanted)


@dataclass(frozen=True, slots=True)
class Checker:
    """A worker that does one check after the other; one whose worker died is done again."""

    monitor: Monitor
    lease: timedelta = LEASE
    name: str = field(default_factory=lambda: uuid.uuid4().hex)

    def work(self, _is_stopping: Callable[[], bool] = lambda: False) -> bool:
        """Do one check if there is one to do, and return whether there was; it takes seconds."""
        writers, now = self.monitor.writers, self.monitor.now
        with writers.begin() as session:
            job = jobs.claim(
                session, worker=self.name, kind=JobKind.MONITOR, now=now(), lease=self.lease
            )
        if job is None:
            return False
        with holding(job, writers, worker=self.name, now=now):
            found = self.monitor.check(job.bundle_id, as_of=job.as_of)
            with writers.begin() as session:
                jobs.complete(session, job.job_id, worker=self.name, now=now())
            facts = {"calibration": found.calibration.verdict, "drift": found.drift.verdict}
            log.info("bundle checked", extra={"bundle_id": job.bundle_id, **facts})
        return True
