"""The jobs in the database, as a worker takes them, moves them on, and ends them."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from app.db import job_leases
from app.domain.jobs import LEASE, Job, JobKind
from app.work.job_errors import recording_errors


def _worker_name() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class JobQueue:
    """Where a worker gets its jobs; `worker` is the name under which it holds them."""

    writers: sessionmaker[Session]
    now: Callable[[], datetime]
    lease: timedelta = LEASE
    worker: str = field(default_factory=_worker_name)

    @contextmanager
    def take(self, kind: JobKind) -> Iterator["HeldJob | None"]:
        """Give the oldest job of a kind that no worker holds, or None.

        The block must do the job and `complete` it, or hand it back. Errors within the block are
        recorded with the job, see `recording_errors`: what the product refuses fails the job, a
        job that was lost is left to whoever has it now, and both end the block quietly. Any other
        error is raised again.
        """
        with self.writers.begin() as session:
            job = job_leases.claim(
                session, worker=self.worker, now=self.now(), lease=self.lease, kind=kind
            )
        if job is None:
            yield None
            return
        with recording_errors(job, self.writers, worker=self.worker, now=self.now):
            yield HeldJob(job, self)


class HeldJob:
    """A job that one worker holds.

    Every method raises `LeaseLost` where the worker no longer holds the job; the worker must then
    write nothing more.
    """

    def __init__(self, job: Job, queue: JobQueue) -> None:
        self.job = job
        self._queue = queue

    def now(self) -> datetime:
        """Return the time, by the clock of the queue."""
        return self._queue.now()

    @contextmanager
    def advancing(
        self, *, cursor: str, n_done: int, failures: Mapping[str, str]
    ) -> Iterator[Session]:
        """Give the session in which to write what became of the customers up to `cursor`.

        The job has been moved past them already, in the same transaction, and the lease renewed:
        what the block writes is committed together with that, or not at all, and a worker that
        lost its lease never gets into the block.
        """
        queue = self._queue
        with queue.writers.begin() as session:
            job = job_leases.advance(
                session,
                self.job,
                worker=queue.worker,
                now=queue.now(),
                cursor=cursor,
                n_done=n_done,
                failures=failures,
                lease=queue.lease,
            )
            yield session
        self.job = job

    @contextmanager
    def completing(self) -> Iterator[Session]:
        """End the job as completed, and give the session for what must be written with that."""
        queue = self._queue
        with queue.writers.begin() as session:
            job_leases.complete(session, self.job.job_id, worker=queue.worker, now=queue.now())
            yield session

    def complete(self) -> None:
        """End the job as completed."""
        with self.completing():
            pass

    def hand_back(self) -> None:
        """End the lease now, so that another worker can go on at once."""
        queue = self._queue
        with queue.writers.begin() as session:
            job_leases.hand_back(session, self.job.job_id, worker=queue.worker, now=queue.now())
