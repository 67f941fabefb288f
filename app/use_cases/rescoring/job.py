"""Rescore everybody: a job that can be killed anywhere, goes on, and scores nobody twice."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import repeat

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from app.bundle.risk_bundle import RiskBundle
from app.db import customers, jobs
from app.db.log.reading import Reader
from app.db.log.settling import settle_log
from app.domain.errors import JobNotFound
from app.domain.jobs import LEASE, Job, Keeps
from app.domain.playbooks import Playbook
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.monitoring.job import ask_for_check
from app.use_cases.rescoring.chunk import ChunkScorer, ReadChunk, ScoredChunk, read_chunks
from app.work.holding import holding
from app.work.in_order import in_order

log = logging.getLogger("holdfast.jobs")
CHUNK_SIZE = 1000
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
    keeps: Keeps = Keeps.ANSWERS,
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
                    session,
                    wanted,
                    as_of=as_of,
                    bundle_id=bundle_id,
                    total=total,
                    now=now,
                    keeps=keeps,
                )
    except IntegrityError:  # somebody asked for the same at the same time
        with writers.begin() as session:
            return jobs.get(session, wanted)


@dataclass(frozen=True, slots=True)
class Rescorer:
    """A worker: takes one job after the other, a chunk of customers at a time.

    Each chunk is one transaction that holds the chunk's assessments and how far the job is. Killed
    between two chunks or within one, the job goes on behind the last whole chunk once the lease
    has run out, here or in another process. An error that nobody foresaw is raised, see `holding`.
    """

    reader: Reader
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
        with holding(job, self.writers, worker=self.name, now=self.now):
            self._run(job, is_stopping)
        return True

    def _run(self, job: Job, is_stopping: Callable[[], bool]) -> None:
        bundle = self.bundles.opened(job.bundle_id)
        settle_log(self.writers)
        with self._scored(job, bundle) as chunks:
            while not is_stopping():
                chunk = next(chunks, None)
                if chunk is None:
                    self._complete(job)
                    return
                job = self._write(job, chunk)
        self._hand_back(job)

    @contextmanager
    def _scored(self, job: Job, bundle: RiskBundle) -> Iterator[Iterator[ScoredChunk]]:
        """Give the chunks of a job: while one is written the next are scored, and read."""
        scorer = ChunkScorer(job, bundle, self.playbook)
        read = read_chunks(self.reader, job, bundle, size=self.chunk_size)
        with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as scoring:
            ahead = iter(partial(next, in_order(reading, _next, repeat(read), ahead=1)), None)
            yield in_order(scoring, scorer.score, ahead, ahead=1)

    def _write(self, job: Job, chunk: ScoredChunk) -> Job:
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
            jobs.hand_back(session, job.job_id, worker=self.name, now=self.now())


def rescore_now(
    rescorer: Rescorer,
    *,
    as_of: datetime,
    on_progress: OnProgress,
    keeps: Keeps = Keeps.ANSWERS,
    wait_seconds: float = 0.5,
) -> Job:
    """Rescore everybody and return the job once it has ended, whoever did the work."""
    bundle = rescorer.bundles.current()
    job = ask_for_rescore(
        rescorer.writers, bundle_id=bundle.id, as_of=as_of, now=rescorer.now(), keeps=keeps
    )

    def report() -> Job:
        with rescorer.readers() as session:
            found = jobs.get(session, job.job_id)
        on_progress(found.done + found.failed, found.total)
        return found

    def reported() -> bool:
        report()
        return False

    while not report().state.has_ended:
        if not rescorer.work(reported):
            time.sleep(wait_seconds)  # another process has the job
    return report()


def _next(chunks: Iterator[ReadChunk]) -> ReadChunk | None:
    return next(chunks, None)
