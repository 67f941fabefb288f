"""Rescore every customer and wait for it, as the command line does."""

import time
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from app.db import jobs
from app.domain.jobs import Job, Keeps
from app.use_cases.rescoring.request import request_rescore
from app.use_cases.rescoring.rescorer import Rescorer
from app.work.progress import OnProgress


def rescore_now(
    rescorer: Rescorer,
    readers: sessionmaker[Session],
    *,
    as_of: datetime,
    on_progress: OnProgress,
    keeps: Keeps = Keeps.ANSWERS,
    wait_seconds: float = 0.5,
) -> Job:
    """Rescore every customer, and return the job once it has ended, whoever did the work.

    `on_progress` is called with the number of customers who are through, and of all customers.
    """
    job = request_rescore(
        rescorer.queue.writers,
        bundle_id=rescorer.bundles.current().id,
        as_of=as_of,
        now=rescorer.queue.now(),
        keeps=keeps,
    )

    def report() -> Job:
        with readers() as session:
            found = jobs.get(session, job.job_id)
        on_progress(found.done + found.failed, found.total)
        return found

    def report_and_go_on() -> bool:
        report()
        return False

    while not report().state.has_ended:
        if not rescorer.work(report_and_go_on):
            time.sleep(wait_seconds)  # another process has the job
    return report()
