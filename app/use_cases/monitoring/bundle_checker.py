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
    """Queue a check of a bundle with what is known at `as_of`, and return its job.

    If a job with this `job_id` exists already, that job is returned and nothing is queued.
    """
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
    """A worker that runs queued checks, one at a time. If its process dies, it is repeated."""

    queue: JobQueue
    monitor: Monitor

    def work(self, is_stopping: IsStopping = never) -> bool:  # noqa: ARG002 - it takes seconds
        """Run one check if one is queued, and return whether there was one."""
        with self.queue.take(JobKind.MONITOR) as held:
            if held is None:
                return False
            self._check(held)
        return True

    def _check(self, held: HeldJob) -> None:
        job = held.job
        found = self.monitor.check(job.bundle_id, as_of=job.as_of)
        held.complete()
        verdicts = {"calibration": found.calibration.verdict, "drift": found.drift.verdict}
        log.info("bundle checked", extra={"bundle_id": job.bundle_id, **verdicts})
