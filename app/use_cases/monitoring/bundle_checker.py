"""Check bundles in the background: after every rescoring, and on request."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import jobs
from app.domain.jobs import Job, JobKind
from app.use_cases.monitoring.monitor import Monitor
from app.work.job_queue import HeldJob, JobQueue
from app.work.worker import IsStopping, never

log = logging.getLogger("holdfast.jobs")


def request_check(
    session: Session,
    *,
    bundle_id: str,
    as_of: datetime,
    now: datetime,
    job_id: str | None = None,
) -> Job:
    """Queue a check of a bundle with what is known at `as_of`; an existing `job_id` gives that."""
    return jobs.enqueue(
        session,
        job_id,
        as_of=as_of,
        bundle_id=bundle_id,
        total=0,
        now=now,
        kind=JobKind.MONITOR,
    )


@dataclass(frozen=True, slots=True)
class BundleChecker:
    """A worker that does one check after the other; one whose worker died is done again."""

    queue: JobQueue
    monitor: Monitor

    def work(self, is_stopping: IsStopping = never) -> bool:  # noqa: ARG002 - it takes seconds
        """Do one check if there is one to do, and return whether there was."""
        with self.queue.take(JobKind.MONITOR) as held:
            if held is None:
                return False
            self._check(held)
        return True

    def _check(self, held: HeldJob) -> None:
        job = held.job
        found = self.monitor.check(job.bundle_id, as_of=job.as_of)
        held.complete()
        facts = {"calibration": found.calibration.verdict, "drift": found.drift.verdict}
        log.info("bundle checked", extra={"bundle_id": job.bundle_id, **facts})
