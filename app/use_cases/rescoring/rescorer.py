"""Rescore every customer: a job that can be killed anywhere, goes on, and scores nobody twice."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from app.bundle.risk_bundle import RiskBundle
from app.db import assessments
from app.db.log.compaction import compact_log
from app.db.log.reading import Reader
from app.domain.jobs import Job, JobKind
from app.domain.playbooks import Playbook
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.monitoring.bundle_checker import request_check
from app.use_cases.rescoring.chunk import ChunkScorer, ScoredChunk, read_chunks
from app.work.in_order import in_order, prefetch
from app.work.job_queue import HeldJob, JobQueue
from app.work.worker import IsStopping, never

log = logging.getLogger("holdfast.jobs")
CHUNK_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Rescorer:
    """A worker that does one rescoring after the other, a chunk of customers at a time.

    Each chunk is one transaction: it holds the assessments of the chunk and how far the job has
    come. A job that is killed between two chunks, or within one, goes on behind the last whole
    chunk once the lease has run out, in this process or in another.
    """

    queue: JobQueue
    reader: Reader
    bundles: BundleInService
    playbook: Playbook
    chunk_size: int = CHUNK_SIZE

    def work(self, is_stopping: IsStopping = never) -> bool:
        """Do one rescoring if there is one to do, and return whether there was."""
        with self.queue.take(JobKind.RESCORE) as held:
            if held is None:
                return False
            self._rescore(held, is_stopping)
        return True

    def _rescore(self, held: HeldJob, is_stopping: IsStopping) -> None:
        job = held.job
        log.info("job taken", extra={"job_id": job.job_id, "done": job.done, "total": job.total})
        bundle = self.bundles.open(job.bundle_id)
        compact_log(self.queue.writers)
        with self._scored_chunks(job, bundle) as chunks:
            while not is_stopping():
                chunk = next(chunks, None)
                if chunk is None:
                    _complete(held)
                    return
                _store(held, chunk)
        held.hand_back()

    @contextmanager
    def _scored_chunks(self, job: Job, bundle: RiskBundle) -> Iterator[Iterator[ScoredChunk]]:
        """Give the chunks of a job: while one is stored, the next is scored and another is read."""
        scorer = ChunkScorer(job, bundle, self.playbook)
        chunks = read_chunks(self.reader, job, bundle, size=self.chunk_size)
        with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as scoring:
            yield in_order(scoring, scorer.score, prefetch(reading, chunks), ahead=1)


def _store(held: HeldJob, chunk: ScoredChunk) -> None:
    """Store the assessments of a chunk, and move the job past it; all of it or nothing."""
    n_done, failures = len(chunk.assessments), chunk.failures
    with held.advancing(cursor=chunk.cursor, n_done=n_done, failures=failures) as session:
        assessments.add_many(session, chunk.assessments)


def _complete(held: HeldJob) -> None:
    """Complete the job, and request the check of the bundle that follows every rescoring."""
    job = held.job
    with held.completing() as session:
        request_check(session, bundle_id=job.bundle_id, as_of=job.as_of, now=held.now())
    log.info("job completed", extra={"job_id": job.job_id, "done": job.done})
