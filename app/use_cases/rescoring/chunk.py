"""A chunk of a rescoring: customers as they are read, and their assessments as they are stored."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.bundle.risk_bundle import RiskBundle
from app.db.connections.statements import Row
from app.db.log import histories
from app.db.log.histories import KnownCustomers
from app.db.log.reading import Reader
from app.domain.jobs import Job, Keeps
from app.domain.moments import format_micros, to_micros
from app.domain.playbooks import Playbook
from app.domain.scores.stored import StoredAssessment
from app.use_cases.scores.answers import answer_each
from app.use_cases.scores.columns import TIER_NAMES, CustomerNumbers
from app.use_cases.scores.numbers import score_numbers
from app.use_cases.scores.previous_answers import (
    PreviousNumbers,
    write_previous,
    write_previous_numbers,
)

log = logging.getLogger("holdfast.jobs")


class ReadChunk(NamedTuple):
    """The next customers: their rows, each with the id first, and the function that reads rows."""

    rows: list[Row]
    read: Callable[[list[Row]], KnownCustomers]


class ScoredChunk(NamedTuple):
    """The customers up to `cursor`: their assessments, and why others of them have none."""

    cursor: str
    assessments: Sequence[StoredAssessment]
    failures: Mapping[str, str]


def read_chunks(reader: Reader, job: Job, bundle: RiskBundle, *, size: int) -> Iterator[ReadChunk]:
    """Yield the customers whom a job has not done yet, `size` at a time."""
    cursor = job.cursor
    while True:
        query = histories.known_customers_after(
            cursor, limit=size, as_of=job.as_of, currency=bundle.currency
        )
        rows = reader.run(query.statement, *query.parameters)
        if not rows:
            return
        cursor = rows[-1][0]
        yield ReadChunk(rows, query.read)


@dataclass(frozen=True, slots=True)
class ChunkScorer:
    """Scores the customers of a job, and makes of them what the job stores."""

    job: Job
    bundle: RiskBundle
    playbook: Playbook

    def score(self, chunk: ReadChunk) -> ScoredChunk:
        """Score a chunk; if that fails, one by one, so that only the faulty customers fail."""
        cursor = chunk.rows[-1][0]
        try:
            return ScoredChunk(cursor, self._assess(chunk.read(chunk.rows)), {})
        except (ValueError, ArithmeticError):
            log.exception("a chunk failed, scoring one by one", extra={"job_id": self.job.job_id})
        assessments: list[StoredAssessment] = []
        failures: dict[str, str] = {}
        for row in chunk.rows:
            try:
                assessments.extend(self._assess(chunk.read([row])))
            except (ValueError, ArithmeticError) as error:
                failures[row[0]] = f"could not be scored: {error}"
        return ScoredChunk(cursor, assessments, failures)

    def _assess(self, known: KnownCustomers) -> list[StoredAssessment]:
        if self.job.keeps is Keeps.NUMBERS:
            return assess_with_numbers(known, self.bundle, self.job)
        return assess_with_answers(known, self.bundle, self.playbook, self.job)


def assess_with_answers(
    known: KnownCustomers, bundle: RiskBundle, playbook: Playbook, job: Job
) -> list[StoredAssessment]:
    """Return the scores of customers, with the whole answers that they come from."""
    moment = to_micros(job.as_of)
    return [
        StoredAssessment(
            customer_id=each.customer_id,
            as_of=job.as_of,
            bundle_id=job.bundle_id,
            probability=each.risk and each.risk.probability,
            score=each.risk and each.risk.score,
            percentile=each.risk and each.risk.percentile,
            tier=each.risk and each.risk.tier.value,
            answer=answer.decode(),
            job_id=job.job_id,
            standing=write_previous(moment, each.risk, each.findings),
        )
        for each, answer in answer_each(bundle, playbook, known, as_of=job.as_of)
    ]


def assess_with_numbers(
    known: KnownCustomers, bundle: RiskBundle, job: Job
) -> list[StoredAssessment]:
    """Return the same scores of the same customers, without answers."""
    columns, previous = score_numbers(known, bundle, as_of=job.as_of)
    moment = format_micros(to_micros(job.as_of))
    return [
        _numbers_assessment(customer, before, job, moment)
        for customer, before in zip(columns.customers(), previous, strict=True)
    ]


def _numbers_assessment(
    customer: CustomerNumbers, before: PreviousNumbers, job: Job, moment: str
) -> StoredAssessment:
    has_risk = customer.sufficient
    score = customer.score if has_risk else None
    tier = TIER_NAMES[customer.tier] if has_risk else None
    return StoredAssessment(
        customer_id=customer.customer_id,
        as_of=job.as_of,
        bundle_id=job.bundle_id,
        probability=customer.probability if has_risk else None,
        score=score,
        percentile=customer.percentile if has_risk else None,
        tier=tier,
        answer="",
        job_id=job.job_id,
        standing=write_previous_numbers(moment, score, tier, findings=before.findings),
    )
