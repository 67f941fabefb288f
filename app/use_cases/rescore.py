"""Rescore everybody: a job that can be killed anywhere, goes on, and scores nobody twice."""

import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from app.bundle.opened import RiskBundle
from app.db import customers, jobs
from app.db.assessments import StoredAssessment
from app.db.jobs import LEASE, Job, JobState, LeaseLost
from app.domain.errors import HoldfastError, JobNotFound
from app.domain.playbooks import Playbook
from app.use_cases.check_jobs import ask_for_check
from app.use_cases.score_customers import ScoredCustomer, score_customers
from app.use_cases.serve_bundle import BundleInService

log = logging.getLogger("holdfast.jobs")
CHUNK_SIZE = 1000
ENDED = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})
OnProgress = Callable[[int, int], None]


def _worker_name() -> str:
    return uuid.uuid4().hex


def never() -> bool:
    """Return False: go on until the work is done."""
    return False


def ask_for_rescore(
    writers: sessionmaker[Session],
    *,
    bundle_id: str,
    as_of: datetime,
    now: datetime,
    job_id: str | None = None,
) -> Job:
    """Queue a rescoring of everybody as of a moment; an existing `job_id` gives that job."""
    wanted = job_id or uuid.uuid4().hex
    try:
        with writers.begin() as session:
            try:
                return jobs.get(session, wanted)
            except JobNotFound:
                total = customers.count(session)
                return jobs.create(
                    session, wanted, as_of=as_of, bundle_id=bundle_id, total=total, now=now
                )
    except IntegrityError:  # somebody asked for the same at the same time
        with writers.begin() as session:
            return jobs.get(session, wanted)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Customers up to `cursor`: their assessments, and why others have none."""

    cursor: str
    assessments: Sequence[StoredAssessment]
    failures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rescorer:
    """A worker: takes one job after the other, a chunk of customers at a time.

    Each chunk is one transaction that holds the chunk's assessments and how far the job is. Killed
    between two chunks or within one, the job goes on behind the last whole chunk once the lease
    has run out, here or in another process.
    """

    readers: sessionmaker[Session]
    writers: sessionmaker[Session]
    bundles: BundleInService
    playbook: Playbook
    now: Callable[[], datetime]
    chunk_size: int = CHUNK_SIZE
    lease: timedelta = LEASE
    name: str = field(default_factory=_worker_name)

    def work(self, is_stopping: Callable[[], bool] = never) -> bool:
        """Do one job if there is one to do, and return whether there was."""
        with self.writers.begin() as session:
            job = jobs.claim(session, worker=self.name, now=self.now(), lease=self.lease)
        if job is None:
            return False
        log.info("job taken", extra={"job_id": job.job_id, "done": job.done, "total": job.total})
        try:
            self._run(job, is_stopping)
        except LeaseLost:
            log.warning("job lost to another worker, or cancelled", extra={"job_id": job.job_id})
        except HoldfastError as error:
            log.warning("job failed", extra={"job_id": job.job_id, "why": str(error)})
            with self.writers.begin() as session:
                jobs.fail(session, job.job_id, worker=self.name, now=self.now(), error=str(error))
        return True

    def _run(self, job: Job, is_stopping: Callable[[], bool]) -> None:
        bundle = self.bundles.opened(job.bundle_id)
        # While one chunk is written the next is scored: a customer is in one of them only.
        with ThreadPoolExecutor(1) as thread:
            coming = thread.submit(self._scored_after, job.cursor, job, bundle)
            while not is_stopping():
                chunk = coming.result()
                if chunk is None:
                    self._complete(job)
                    return
                coming = thread.submit(self._scored_after, chunk.cursor, job, bundle)
                job = self._write(job, chunk)
        self._hand_back(job)

    def _scored_after(self, cursor: str | None, job: Job, bundle: RiskBundle) -> _Chunk | None:
        """Return the next customers, scored; None behind the last."""
        with self.readers() as session:
            ids = customers.ids_after(session, cursor, limit=self.chunk_size)
            return _Chunk(ids[-1], *self._score(session, job, bundle, ids)) if ids else None

    def _score(
        self, session: Session, job: Job, bundle: RiskBundle, ids: Sequence[str]
    ) -> tuple[list[StoredAssessment], Mapping[str, str]]:
        """Score a chunk; where that fails, one by one, so that one customer spoils only itself."""
        try:
            scored = score_customers(session, bundle, self.playbook, ids, as_of=job.as_of)
            return [_stored(each, job) for each in scored], {}
        except (ValueError, ArithmeticError):
            log.exception("a chunk failed, scoring one by one", extra={"job_id": job.job_id})
        stored: list[StoredAssessment] = []
        failures: dict[str, str] = {}
        for customer_id in ids:
            try:
                scored = score_customers(
                    session, bundle, self.playbook, [customer_id], as_of=job.as_of
                )
                stored.extend(_stored(each, job) for each in scored)
            except (ValueError, ArithmeticError) as error:
                failures[customer_id] = f"could not be scored: {error}"
        return stored, failures

    def _write(self, job: Job, chunk: _Chunk) -> Job:
        with self.writers.begin() as session:
            return jobs.finish_chunk(
                session,
                job,
                worker=self.name,
                now=self.now(),
                cursor=chunk.cursor,
                assessments=chunk.assessments,
                failures=chunk.failures,
                lease=self.lease,
            )

    def _complete(self, job: Job) -> None:
        with self.writers.begin() as session:
            now = self.now()
            jobs.complete(session, job.job_id, worker=self.name, now=now)
            ask_for_check(session, bundle_id=job.bundle_id, as_of=job.as_of, now=now)
        log.info("job completed", extra={"job_id": job.job_id, "done": job.done})

    def _hand_back(self, job: Job) -> None:
        """Let the lease end now, so that another worker can go on at once."""
        with self.writers.begin() as session:
            jobs.renew(session, job.job_id, worker=self.name, now=self.now(), lease=timedelta(0))


def rescore_now(
    rescorer: Rescorer,
    *,
    as_of: datetime,
    on_progress: OnProgress,
    wait_seconds: float = 0.5,
) -> Job:
    """Rescore everybody and return the job once it has ended, whoever did the work."""
    bundle = rescorer.bundles.current()
    job = ask_for_rescore(rescorer.writers, bundle_id=bundle.id, as_of=as_of, now=rescorer.now())

    def report() -> Job:
        with rescorer.readers() as session:
            found = jobs.get(session, job.job_id)
        on_progress(found.done + found.failed, found.total)
        return found

    def reported() -> bool:
        report()
        return False

    while report().state not in ENDED:
        if not rescorer.work(reported):
            time.sleep(wait_seconds)  # another process has the job
    return report()


def _stored(scored: ScoredCustomer, job: Job) -> StoredAssessment:
    risk = scored.risk
    return StoredAssessment(
        customer_id=scored.customer_id,
        as_of=job.as_of,
        bundle_id=job.bundle_id,
        probability=risk and risk.probability,
        score=risk and risk.score,
        percentile=risk and risk.percentile,
        tier=risk and risk.tier.value,
        answer=scored.answer.decode(),
        job_id=job.job_id,
        standing=scored.standing.decode(),
    )
