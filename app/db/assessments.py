"""Stored assessments: all of them by customer and by job, and the newest score of each customer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.db.assessment_writing import (
    JOB_ID,
    AssessmentRecord,
    write_current_scores,
    write_new,
    write_or_replace,
)
from app.db.columns import IDENTIFIER, UtcMicros
from app.db.connections.statements import Query, Row, Statement
from app.db.tables import NO_JOB, AssessmentRow
from app.domain.moments import to_micros
from app.domain.scores.stored import StoredAssessment

_KEY: Final = (UtcMicros(), IDENTIFIER)
_CURRENT: Final = (
    "SELECT s.tier, s.score FROM customers c LEFT JOIN current_scores s "
    "ON s.customer_id = c.customer_id WHERE c.customer_id = "
)
_CURRENT_SCORE: Final = Statement(sqlite=f"{_CURRENT} ?", postgresql=f"{_CURRENT} %s")


def add_many(session: Session, assessments: Sequence[StoredAssessment]) -> None:
    """Store assessments; each becomes the current score of its customer unless a newer one exists.

    An assessment that no job made replaces another one of the same customer and moment. A second
    assessment of a customer by the same job raises IntegrityError: a job must score nobody twice.
    """
    records = [_record_of(assessment) for assessment in assessments]
    connection = session.connection()
    write_new(connection, [record for record in records if record[JOB_ID] != NO_JOB])
    write_or_replace(connection, [record for record in records if record[JOB_ID] == NO_JOB])
    write_current_scores(connection, records)


def current_score(customer_id: str) -> Query[tuple[str | None, int | None] | None]:
    """Return the query for the newest tier and score of a customer; None: no such customer.

    Both are None for a customer who was never scored, or whose history was not sufficient.
    """
    return Query(_CURRENT_SCORE, (customer_id,), _tier_and_score)


def page_of_history(
    session: Session,
    customer_id: str,
    *,
    limit: int,
    after: tuple[datetime, str] | None = None,
) -> list[StoredAssessment]:
    """Return the stored assessments of one customer, newest first; one index scan.

    `after` is `as_of` and the job id (empty: no job) of the last assessment of the previous page.
    """
    row = AssessmentRow
    query = select(row).where(row.customer_id == customer_id)
    query = query.order_by(row.as_of.desc(), row.job_id.desc()).limit(limit)
    if after is not None:
        query = query.where(tuple_(row.as_of, row.job_id) < tuple_(*after, types=_KEY))
    return [_stored(found) for found in session.scalars(query)]


def page_of_job(
    session: Session, job_id: str, *, limit: int, after: str | None = None
) -> list[StoredAssessment]:
    """Return the assessments that a job has stored, by customer id; one index scan."""
    row = AssessmentRow
    query = select(row).where(row.job_id == job_id, row.job_id != NO_JOB)
    query = query.order_by(row.customer_id).limit(limit)
    if after is not None:
        query = query.where(row.customer_id > after)
    return [_stored(found) for found in session.scalars(query)]


def _tier_and_score(found: list[Row]) -> tuple[str | None, int | None] | None:
    return (found[0][0], found[0][1]) if found else None


def _stored(row: AssessmentRow) -> StoredAssessment:
    return StoredAssessment(
        customer_id=row.customer_id,
        as_of=row.as_of,
        bundle_id=row.bundle_id,
        probability=row.probability,
        score=row.score,
        percentile=row.percentile,
        tier=row.tier,
        answer=row.answer,
        job_id=row.job_id or None,
        standing=row.standing,
    )


def _record_of(assessment: StoredAssessment) -> AssessmentRecord:
    return (
        assessment.customer_id,
        to_micros(assessment.as_of),
        assessment.job_id or NO_JOB,
        assessment.bundle_id,
        assessment.probability,
        assessment.score,
        assessment.percentile,
        assessment.tier,
        assessment.answer,
        assessment.standing,
    )
